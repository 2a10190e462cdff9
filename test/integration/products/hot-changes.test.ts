import { describe, expect, it } from 'vitest';
import { DomainError } from '../../../lib/errors.ts';
import { addStock } from '../../../lib/products/add-stock.ts';
import type { Product } from '../../../lib/products/product.ts';
import { propagateProduct } from '../../../lib/products/propagate-product.ts';
import { sweepProducts } from '../../../lib/products/sweep-products.ts';
import { deleteProduct, updateProduct } from '../../../lib/products/update-product.ts';
import { type Attempt, type Fault, seeded } from '../../support/database/fault-injection.ts';
import {
  type Container,
  createOrderFixture,
  type OrderFixture,
} from '../../support/fixtures/order-fixtures.ts';

const shoppers = 64;
const never = Number.POSITIVE_INFINITY;
const aMinuteOn = { now: () => Date.now() + 61_000 };

/**
 * DynamoDB Local never reports a conflict, which on AWS is what starves a change of a busy product: so three
 * in ten writes meet one here.
 */
function busy(seed: number): (attempt: Attempt) => Fault | undefined {
  const random = seeded(seed);
  return ({ operation }) => (/Transact|Update/.test(operation) && random() < 0.3 ? 'conflict' : undefined);
}

/** 64 shoppers buy one unit at a time, without pause, until the returned function is called. */
function keepBuying(shop: OrderFixture, product: string): () => Promise<void> {
  let over = false;
  const container = shop.container(busy(7));
  const buyers = Array.from({ length: shoppers }, async () => {
    while (!over) {
      const customer_id = await shop.customer({ [product]: 1 });
      try {
        await container.checkout({ customerId: customer_id });
      } catch (error) {
        if (!(error instanceof DomainError)) throw error;
      }
    }
  });
  return async () => {
    over = true;
    await Promise.all(buyers);
  };
}

const changes: Record<
  string,
  { shards: number; change(deps: Container, shop: OrderFixture, product: string): Promise<unknown> }
> = {
  'a price change': {
    shards: 32,
    change: (deps, _shop, product) => updateProduct(deps, deps.inventory, product, { price: 1_500 }),
  },
  'a deactivation': {
    shards: 32,
    change: (deps, _shop, product) => updateProduct(deps, deps.inventory, product, { active: false }),
  },
  'an add-stock': {
    shards: 32,
    change: async (deps, shop, product) => {
      await addStock(deps, deps.inventory, product, 320);
      shop.supplied[product] = (shop.supplied[product] ?? 0) + 320;
    },
  },
  'growing from 8 to 32 shards': {
    shards: 8,
    change: (deps, _shop, product) => updateProduct(deps, deps.inventory, product, { stock_shards: 32 }),
  },
};

async function timeOf(act: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await act();
  return performance.now() - start;
}

describe('while 64 shoppers buy without pause', () => {
  it.each(Object.entries(changes))(
    '%s finishes, and the books are right',
    async (name, { shards, change }) => {
      const idleShop = await createOrderFixture();
      const idleProduct = await idleShop.sell({ stock: 100_000, stock_shards: shards });
      const idle = await timeOf(() => change(idleShop.container(), idleShop, idleProduct));

      const shop = await createOrderFixture();
      const product = await shop.sell({ stock: 100_000, stock_shards: shards });
      const stop = keepBuying(shop, product);
      const hot = await timeOf(() => change(shop.container(busy(3)), shop, product)).finally(stop);

      process.stdout.write(`${name}: ${(hot / idle).toFixed(1)} times as long as on an idle product\n`);
      const after = await shop.products.get(product);
      expect(after?.propagating).toBeUndefined();
      await expectAgreement(shop, product);
      await shop.books();
    },
  );

  it('no order is placed at the old price, nor of an inactive product, after the reply', async () => {
    const shop = await createOrderFixture();
    const product = await shop.sell({ stock: 100_000, stock_shards: 32, price: 1_000 });
    const stop = keepBuying(shop, product);
    await updateProduct(shop, shop.inventory, product, { price: 1_500 });
    const raised = new Date().toISOString();
    await new Promise((resolve) => setTimeout(resolve, 200));
    await deleteProduct(shop, shop.inventory, product);
    const deleted = new Date().toISOString();
    await stop();

    const { confirmed } = await shop.books();
    const later = confirmed.filter(({ created_at }) => created_at > raised);
    expect(later.length).toBeGreaterThan(0);
    expect(later.filter(({ lines }) => lines[0]?.unit_price !== 1_500)).toEqual([]);
    expect(confirmed.filter(({ created_at }) => created_at > deleted)).toEqual([]);
  });
});

describe('a change whose reply was lost', () => {
  const lossy = (shop: OrderFixture) =>
    shop.container(({ operation, attempt, call }) =>
      operation === 'UpdateItem' && call === 1 && attempt === 1 ? 'timeout_after' : undefined,
    );

  it('under If-Match is still made everywhere, and told as made', async () => {
    const shop = await createOrderFixture();
    const product = await shop.sell({ stock_shards: 4 });
    const container = lossy(shop);

    const changed = await updateProduct(container, container.inventory, product, { price: 7 }, [1]);

    expect(changed.product).toMatchObject({ price: 7, version: 2 });
    await expectAgreement(shop, product);
  });

  it('of a deletion stops the product from selling', async () => {
    const shop = await createOrderFixture();
    const product = await shop.sell({ stock_shards: 4 });
    const container = lossy(shop);

    await deleteProduct(container, container.inventory, product);

    const customer_id = await shop.customer({ [product]: 1 });
    await expect(shop.checkout({ customerId: customer_id })).rejects.toMatchObject({
      code: 'product_unavailable',
    });
  });
});

describe('a new purchase limit', () => {
  it('holds from the reply on, whatever containers remember', async () => {
    const shop = await createOrderFixture();
    const product = await shop.sell({ stock: 100, stock_shards: 4 });
    const remembering = shop.container();
    await remembering.checkout({ customerId: await shop.customer({ [product]: 1 }) });

    await updateProduct(shop, shop.inventory, product, { limit_per_customer: 2 });

    const customer_id = await shop.customer({ [product]: 50 });
    await expect(remembering.checkout({ customerId: customer_id })).rejects.toMatchObject({
      code: 'limit_exceeded',
    });
    await shop.customer({ [product]: 2 }, customer_id);
    expect((await remembering.checkout({ customerId: customer_id })).order.counted).toEqual([product]);

    await updateProduct(shop, shop.inventory, product, { limit_per_customer: null });
    await shop.customer({ [product]: 40 }, customer_id);
    expect((await remembering.checkout({ customerId: customer_id })).order.counted).toEqual([]);
    await shop.books();
  });

  it('that is lower than the one remembered holds as well', async () => {
    const shop = await createOrderFixture();
    const product = await shop.sell({ stock: 100, stock_shards: 4, limit_per_customer: 10 });
    const remembering = shop.container();
    await remembering.checkout({ customerId: await shop.customer({ [product]: 1 }) });

    await updateProduct(shop, shop.inventory, product, { limit_per_customer: 2 });

    const customer_id = await shop.customer({ [product]: 5 });
    await expect(remembering.checkout({ customerId: customer_id })).rejects.toMatchObject({
      code: 'limit_exceeded',
    });
  });
});

describe('a change whose function dies half-way', () => {
  const killed: Record<string, Parameters<typeof updateProduct>[3]> = {
    price: { price: 1_500 },
    active: { active: false },
    stock_shards: { stock_shards: 32 },
  };

  it.each(Object.entries(killed))('of %s is made whole by the sweep', async (_name, change) => {
    const shop = await createOrderFixture();
    const product = await shop.sell({ stock: 1_000, stock_shards: 8 });
    // Dead after the product itself and some of its shards were written: nothing more gets through.
    let writes = 0;
    const dying = shop.container(({ operation }) => {
      if (!/Transact|Update/.test(operation)) return undefined;
      writes++;
      return writes > 5 ? 'timeout_before' : undefined;
    });
    await expect(updateProduct(dying, dying.inventory, product, change)).rejects.toThrow();
    expect((await shop.products.get(product))?.propagating).toBe('yes');

    const sweep = await sweepProducts(shop, shop.inventory, aMinuteOn, never);

    expect(sweep).toEqual({ propagated: [product], failures: [] });
    const after = await shop.products.get(product);
    expect(after).toMatchObject(change);
    expect(after?.propagating).toBeUndefined();
    await expectAgreement(shop, product);
    await shop.books();
  });

  it('is not taken up by the sweep while its function may still be at it', async () => {
    const shop = await createOrderFixture();
    const product = await shop.sell();
    await shop.products.update(product, {
      price: 5,
      propagating: 'yes',
      updated_at: new Date().toISOString(),
    });

    expect(await sweepProducts(shop, shop.inventory, { now: Date.now }, never)).toEqual({
      propagated: [],
      failures: [],
    });
  });

  it('leaves a later change as it is when an earlier one is settled late', async () => {
    const shop = await createOrderFixture();
    const product = await shop.sell({ stock_shards: 4 });
    const early = await shop.products.update(product, { price: 1, propagating: 'yes' });
    await updateProduct(shop, shop.inventory, product, { price: 2 });
    if ('refused' in early) throw new Error('refused');

    await propagateProduct(shop, shop.inventory, early.updated);

    const prices = (await shop.inventory.read([product])).get(product)?.shards.map(({ price }) => price);
    expect(prices).toEqual([2, 2, 2, 2]);
  });
});

/** Every shard repeats what the product says, and there are as many as it says. */
async function expectAgreement(shop: OrderFixture, productId: string): Promise<void> {
  const found = (await shop.inventory.read([productId])).get(productId);
  const of = ({ price, active }: Pick<Product, 'price' | 'active'>) => ({ price, active });
  const product = found?.product;
  if (product === undefined) throw new Error('the product is gone');
  expect(found?.shards).toHaveLength(product.stock_shards);
  expect(found?.shards.map(of)).toEqual(found?.shards.map(() => of(product)));
}
