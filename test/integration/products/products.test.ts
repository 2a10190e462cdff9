import { beforeEach, describe, expect, it } from 'vitest';
import { addStock } from '../../../lib/products/add-stock.ts';
import { propagateProduct } from '../../../lib/products/propagate-product.ts';
import { readProduct } from '../../../lib/products/read-product.ts';
import { deleteProduct, updateProduct } from '../../../lib/products/update-product.ts';
import { createOrderFixture, type OrderFixture, outcomeOf } from '../../support/fixtures/order-fixtures.ts';

let shop: OrderFixture;
beforeEach(async () => {
  shop = await createOrderFixture();
});

const read = (id: string) => readProduct(shop.inventory, id);

/** Checkouts of one unit each, by customers of their own. */
const buy = async (productId: string, times: number) => {
  const customers = await Promise.all(Array.from({ length: times }, () => shop.customer({ [productId]: 1 })));
  return Promise.all(
    customers.map((customer_id) => outcomeOf(shop.container().checkout({ customerId: customer_id }))),
  );
};

describe('a new product', () => {
  it('has its stock spread over its shards', async () => {
    const { shards } = await read(await shop.sell({ stock: 10, stock_shards: 4 }));
    expect(shards.map(({ stock }) => stock).sort()).toEqual([2, 2, 3, 3]);
  });
});

describe('a change of price', () => {
  it('has reached every shard when it returns', async () => {
    const keyboard = await shop.sell({ stock_shards: 32, price: 100 });
    const { product, shards } = await updateProduct(shop, shop.inventory, keyboard, { price: 150 });
    expect(product).toMatchObject({ price: 150, version: 2 });
    expect(product.propagating).toBeUndefined();
    expect(shards.map(({ price, product_version }) => [price, product_version])).toEqual(
      Array.from({ length: 32 }, () => [150, 2]),
    );
  });

  it('that died after its first write is finished by settling', async () => {
    const keyboard = await shop.sell({ stock: 12, stock_shards: 4, price: 100 });
    await shop.products.update(keyboard, { price: 150, active: false, stock_shards: 6, propagating: 'yes' });
    const { products } = await shop.products.listPropagating(10);
    expect(products.map(({ id }) => id)).toEqual([keyboard]);
    for (const product of products) await propagateProduct(shop, shop.inventory, product);
    const { product, shards } = await read(keyboard);
    expect(shards.map(({ price, active }) => [price, active])).toEqual(
      Array.from({ length: 6 }, () => [150, false]),
    );
    expect(product.propagating).toBeUndefined();
    expect((await shop.products.listPropagating(10)).products).toEqual([]);
    await shop.books();
  });

  it('that died between two shards lets orders pay the price of the shard they take from', async () => {
    const keyboard = await shop.sell({ stock: 8, stock_shards: 4, price: 100 });
    const result = await shop.products.update(keyboard, { price: 150, propagating: 'yes' });
    if ('refused' in result) throw new Error('the product was refused');
    await shop.stock.copyToShard(result.updated, 0);
    const outcomes = await buy(keyboard, 10);
    expect(outcomes.filter(({ order }) => order?.total === 150)).toHaveLength(2);
    expect(outcomes.filter(({ order }) => order?.total === 100)).toHaveLength(6);
    await shop.books();
  });

  it('racing with others leaves every shard at the latest version', async () => {
    const keyboard = await shop.sell({ stock_shards: 8, price: 100 });
    await Promise.all(
      [110, 120, 130, 140, 150, 160].map((price) =>
        updateProduct(shop.container(), shop.container().inventory, keyboard, { price }),
      ),
    );
    const { product, shards } = await read(keyboard);
    expect(product.version).toBe(7);
    expect(product.propagating).toBeUndefined();
    for (const shard of shards) {
      expect(shard).toMatchObject({ price: product.price, product_version: product.version });
    }
  });

  it('of an old version that comes late changes nothing', async () => {
    const keyboard = await shop.sell({ price: 100 });
    const old = await shop.products.get(keyboard);
    await updateProduct(shop, shop.inventory, keyboard, { price: 150 });
    if (old !== undefined) await propagateProduct(shop, shop.inventory, old);
    const { shards } = await read(keyboard);
    expect(shards).toMatchObject([{ price: 150, product_version: 2 }]);
  });

  it('of an old version does not mark a later one as settled', async () => {
    const keyboard = await shop.sell({ price: 100 });
    const old = await shop.products.get(keyboard);
    await shop.products.update(keyboard, { price: 150, propagating: 'yes' });
    if (old !== undefined) await propagateProduct(shop, shop.inventory, old);
    expect((await shop.products.get(keyboard))?.propagating).toBe('yes');
  });

  it('under sale is obeyed by every order that begins after it', async () => {
    const keyboard = await shop.sell({ stock: 40, stock_shards: 4, price: 100 });
    const during = buy(keyboard, 20);
    await updateProduct(shop, shop.inventory, keyboard, { price: 150 });
    const after = await buy(keyboard, 10);
    expect(new Set(after.map(({ order }) => order?.total))).toEqual(new Set([150]));
    for (const { order } of await during) expect([100, 150]).toContain(order?.total);
    await shop.books();
  });
});

describe('a change of a product', () => {
  it('of another version than expected is refused', async () => {
    const keyboard = await shop.sell();
    await updateProduct(shop, shop.inventory, keyboard, { name: 'Board' }, [1]);
    await expect(updateProduct(shop, shop.inventory, keyboard, { name: 'Bored' }, [1])).rejects.toMatchObject(
      {
        code: 'version_mismatch',
      },
    );
    expect((await read(keyboard)).product).toMatchObject({ name: 'Board', version: 2 });
  });

  it('by many at once who expect the same version succeeds for one', async () => {
    const keyboard = await shop.sell();
    const results = await Promise.allSettled(
      Array.from({ length: 8 }, (_, n) =>
        updateProduct(shop, shop.inventory, keyboard, { name: `N${n}` }, [1]),
      ),
    );
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
  });

  it('to fewer shards is refused', async () => {
    const keyboard = await shop.sell({ stock_shards: 4 });
    await expect(updateProduct(shop, shop.inventory, keyboard, { stock_shards: 3 })).rejects.toMatchObject({
      code: 'invalid_request',
    });
  });

  it('that deletes it ends its sale and hides it, and a second time it is unknown', async () => {
    const keyboard = await shop.sell({ stock_shards: 2 });
    const customer_id = await shop.customer({ [keyboard]: 1 });
    await deleteProduct(shop, shop.inventory, keyboard);
    await expect(read(keyboard)).rejects.toMatchObject({ code: 'product_not_found' });
    expect((await outcomeOf(shop.container().checkout({ customerId: customer_id }))).code).toBe(
      'product_unavailable',
    );
    await expect(deleteProduct(shop, shop.inventory, keyboard)).rejects.toMatchObject({
      code: 'product_not_found',
    });
    await expect(addStock(shop, shop.inventory, keyboard, 5)).rejects.toMatchObject({
      code: 'product_not_found',
    });
    await expect(updateProduct(shop, shop.inventory, keyboard, { active: true })).rejects.toMatchObject({
      code: 'product_not_found',
    });
    await shop.books();
  });

  it('survives the conflict with a transaction on the same product', async () => {
    const keyboard = await shop.sell();
    const container = shop.container(({ operation, call }) =>
      operation === 'UpdateItem' && call <= 2 ? 'conflict' : undefined,
    );
    const { product } = await updateProduct(container, container.inventory, keyboard, { name: 'Board' });
    expect(product.name).toBe('Board');
  });

  it('survives conflicts of its shards with sales', async () => {
    const keyboard = await shop.sell({ stock_shards: 4, price: 100 });
    // The first update is the product's own.
    const container = shop.container(({ operation, call }) =>
      operation === 'UpdateItem' && call > 1 && call < 10 ? 'conflict' : undefined,
    );
    const { shards } = await updateProduct(container, container.inventory, keyboard, { price: 150 });
    expect(shards.every(({ price }) => price === 150)).toBe(true);
  });
});
