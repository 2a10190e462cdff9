// Long: each change of a product is tested against the same running sale.
import { describe, expect, it } from 'vitest';
import { DomainError } from '../../../lib/errors.ts';
import { addStock } from '../../../lib/products/add-stock.ts';
import type { Product } from '../../../lib/products/product.ts';
import type { ProductChange } from '../../../lib/products/product-input.ts';
import { sweepProducts } from '../../../lib/products/sweep-products.ts';
import { deleteProduct, updateProduct } from '../../../lib/products/update-product.ts';
import { type Attempt, type Fault, seeded } from '../../support/database/fault-injection.ts';
import { interruptedUpdate } from '../../support/fixtures/interrupted-update.ts';
import { type Container, createOrderFixture, type OrderFixture } from '../../support/fixtures/order-fixtures.ts';

const shoppers = 64;
const never = Number.POSITIVE_INFINITY;
const inAMinute = { now: () => Date.now() + 61_000 };

/**
 * Fails 30 % of writes with a conflict, which DynamoDB Local never does. On AWS, conflicts with orders delay updates.
 */
function conflicts(seed: number): (attempt: Attempt) => Fault | undefined {
  const random = seeded(seed);
  return ({ operation }) => (/Transact|Update/.test(operation) && random() < 0.3 ? 'conflict' : undefined);
}

/** Lets 64 shoppers buy one unit after another until the returned function is called. */
function keepBuying(shop: OrderFixture, product: string): () => Promise<void> {
  let isOver = false;
  const container = shop.container(conflicts(7));
  const buyers = Array.from({ length: shoppers }, async () => {
    while (!isOver) {
      const customerId = await shop.customer({ [product]: 1 });
      try {
        await container.checkout({ customerId });
      } catch (error) {
        if (!(error instanceof DomainError)) throw error;
      }
    }
  });
  return async () => {
    isOver = true;
    await Promise.all(buyers);
  };
}

const changes: Record<
  string,
  { shards: number; change(deps: Container, shop: OrderFixture, product: string): Promise<unknown> }
> = {
  'a price change': {
    shards: 32,
    change: (deps, _shop, product) => updateProduct(deps, { productId: product, change: { price: 1_500 } }),
  },
  'a deactivation': {
    shards: 32,
    change: (deps, _shop, product) => updateProduct(deps, { productId: product, change: { active: false } }),
  },
  'a restock': {
    shards: 32,
    change: async (deps, shop, product) => {
      await addStock(deps, { productId: product, units: 320 });
      shop.supplied[product] = (shop.supplied[product] ?? 0) + 320;
    },
  },
  'an increase from 8 to 32 shards': {
    shards: 8,
    change: (deps, _shop, product) => updateProduct(deps, { productId: product, change: { stock_shards: 32 } }),
  },
};

async function timeOf(act: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await act();
  return performance.now() - start;
}

describe('during a sale to 64 shoppers', () => {
  it.each(Object.entries(changes))('%s completes, and the ledger is correct', async (name, { shards, change }) => {
    const idleShop = await createOrderFixture();
    const idleProduct = await idleShop.sell({ stock: 100_000, stock_shards: shards });
    const idle = await timeOf(() => change(idleShop.container(), idleShop, idleProduct));

    const shop = await createOrderFixture();
    const product = await shop.sell({ stock: 100_000, stock_shards: shards });
    const stop = keepBuying(shop, product);
    const hot = await timeOf(() => change(shop.container(conflicts(3)), shop, product)).finally(stop);

    process.stdout.write(`${name}: ${(hot / idle).toFixed(1)} times as long as without a sale\n`);
    const after = await shop.products.get(product);
    expect(after?.propagating).toBeUndefined();
    await expectAgreement(shop, product);
    await shop.checkLedger();
  });

  it('no order gets an old price, or a deleted product, after the update has returned', async () => {
    const shop = await createOrderFixture();
    const product = await shop.sell({ stock: 100_000, stock_shards: 32, price: 1_000 });
    const stop = keepBuying(shop, product);
    await updateProduct(shop, { productId: product, change: { price: 1_500 } });
    const raised = new Date().toISOString();
    await new Promise((resolve) => setTimeout(resolve, 200));
    await deleteProduct(shop, { productId: product });
    const deleted = new Date().toISOString();
    await stop();

    const { confirmed } = await shop.checkLedger();
    const later = confirmed.filter(({ created_at }) => created_at > raised);
    expect(later.length).toBeGreaterThan(0);
    expect(later.filter(({ lines }) => lines[0]?.unit_price !== 1_500)).toEqual([]);
    expect(confirmed.filter(({ created_at }) => created_at > deleted)).toEqual([]);
  });
});

describe('an update whose response is lost', () => {
  const lossy = (shop: OrderFixture) =>
    shop.container(({ operation, attempt, call }) =>
      operation === 'UpdateItem' && call === 1 && attempt === 1 ? 'timeout_after' : undefined,
    );

  it('succeeds under If-Match and reaches every shard', async () => {
    const shop = await createOrderFixture();
    const product = await shop.sell({ stock_shards: 4 });
    const container = lossy(shop);

    const changed = await updateProduct(container, {
      productId: product,
      change: { price: 7 },
      ifVersionIn: [1],
    });

    expect(changed.product).toMatchObject({ price: 7, version: 2 });
    await expectAgreement(shop, product);
  });

  it('ends the sale if it is a deletion', async () => {
    const shop = await createOrderFixture();
    const product = await shop.sell({ stock_shards: 4 });
    const container = lossy(shop);

    await deleteProduct(container, { productId: product });

    const customerId = await shop.customer({ [product]: 1 });
    await expect(shop.checkout({ customerId })).rejects.toMatchObject({
      code: 'product_unavailable',
    });
  });
});

describe('a new purchase limit', () => {
  it('applies to containers that cached the product without one', async () => {
    const shop = await createOrderFixture();
    const product = await shop.sell({ stock: 100, stock_shards: 4 });
    const caching = shop.container();
    await caching.checkout({ customerId: await shop.customer({ [product]: 1 }) });

    await updateProduct(shop, { productId: product, change: { limit_per_customer: 2 } });

    const customerId = await shop.customer({ [product]: 50 });
    await expect(caching.checkout({ customerId })).rejects.toMatchObject({
      code: 'limit_exceeded',
    });
    await shop.customer({ [product]: 2 }, customerId);
    expect((await caching.checkout({ customerId })).order.counted).toEqual([product]);

    await updateProduct(shop, { productId: product, change: { limit_per_customer: null } });
    await shop.customer({ [product]: 40 }, customerId);
    expect((await caching.checkout({ customerId })).order.counted).toEqual([]);
    await shop.checkLedger();
  });
});

describe('an update whose function crashes halfway', () => {
  const interrupted: Record<string, ProductChange> = {
    price: { price: 1_500 },
    active: { active: false },
    stock_shards: { stock_shards: 32 },
  };

  it.each(Object.entries(interrupted))('is completed by the sweep (%s)', async (_name, change) => {
    const shop = await createOrderFixture();
    const product = await shop.sell({ stock: 1_000, stock_shards: 8 });
    // Only the product and four of its shards are written.
    let writes = 0;
    const crashing = shop.container(({ operation }) => {
      if (!/Transact|Update/.test(operation)) return undefined;
      writes++;
      return writes > 5 ? 'timeout_before' : undefined;
    });
    await expect(updateProduct(crashing, { productId: product, change })).rejects.toThrow();
    expect((await shop.products.get(product))?.propagating).toBe('yes');

    const sweep = await sweepProducts({ ...shop, clock: inAMinute }, { deadline: never });

    expect(sweep).toEqual({ propagated: [product], failures: [] });
    const after = await shop.products.get(product);
    expect(after).toMatchObject(change);
    expect(after?.propagating).toBeUndefined();
    await expectAgreement(shop, product);
    await shop.checkLedger();
  });

  it('is left alone by the sweep for the first 15 seconds', async () => {
    const shop = await createOrderFixture();
    const product = await shop.sell();
    await interruptedUpdate(shop.products, product, { price: 5 });

    expect(await sweepProducts({ ...shop, clock: { now: Date.now } }, { deadline: never })).toEqual({
      propagated: [],
      failures: [],
    });
  });
});

/** Expects as many shards as the product has, each with the product's price and status. */
async function expectAgreement(shop: OrderFixture, productId: string): Promise<void> {
  const found = (await shop.inventory.read([productId])).get(productId);
  const of = ({ price, active }: Pick<Product, 'price' | 'active'>) => ({ price, active });
  const product = found?.product;
  if (product === undefined) throw new Error(`Product ${productId} not found`);
  expect(found?.shards).toHaveLength(product.stock_shards);
  expect(found?.shards.map(of)).toEqual(found?.shards.map(() => of(product)));
}
