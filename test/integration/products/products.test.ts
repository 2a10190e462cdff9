import { beforeEach, describe, expect, it } from 'vitest';
import { propagateProduct } from '../../../lib/products/propagate-product.ts';
import { updateProduct } from '../../../lib/products/update-product.ts';
import { interruptedUpdate } from '../../support/fixtures/interrupted-update.ts';
import { checkoutOutcome, createOrderFixture, type OrderFixture } from '../../support/fixtures/order-fixtures.ts';

let shop: OrderFixture;
beforeEach(async () => {
  shop = await createOrderFixture();
});

const read = (id: string) => shop.inventory.readOne(id);

/** Checks out one unit for each of several customers. */
const buy = async (productId: string, times: number) => {
  const customers = await Promise.all(Array.from({ length: times }, () => shop.customer({ [productId]: 1 })));
  return Promise.all(customers.map((customerId) => checkoutOutcome(shop.container().checkout({ customerId }))));
};

describe('updateProduct with a new price', () => {
  it('is completed by propagateProduct after a crash', async () => {
    const keyboard = await shop.sell({ stock: 12, stock_shards: 4, price: 100 });
    await interruptedUpdate(shop.products, keyboard, { price: 150, active: false, stock_shards: 6 });
    const { products } = await shop.products.listPropagating(10);
    expect(products.map(({ id }) => id)).toEqual([keyboard]);
    for (const product of products) await propagateProduct(shop, product);
    const { product, shards } = await read(keyboard);
    expect(shards.map(({ price, active }) => [price, active])).toEqual(Array.from({ length: 6 }, () => [150, false]));
    expect(product.propagating).toBeUndefined();
    expect((await shop.products.listPropagating(10)).products).toEqual([]);
    await shop.checkLedger();
  });

  it('lets orders pay the price of their shard while it is incomplete', async () => {
    const keyboard = await shop.sell({ stock: 8, stock_shards: 4, price: 100 });
    const updated = await interruptedUpdate(shop.products, keyboard, { price: 150 });
    await shop.stock.copyToShard(updated, 0);
    const outcomes = await buy(keyboard, 10);
    expect(outcomes.filter(({ order }) => order?.total === 150)).toHaveLength(2);
    expect(outcomes.filter(({ order }) => order?.total === 100)).toHaveLength(6);
    await shop.checkLedger();
  });

  it('leaves every shard at the latest version when updates race', async () => {
    const keyboard = await shop.sell({ stock_shards: 8, price: 100 });
    await Promise.all(
      [110, 120, 130, 140, 150, 160].map((price) =>
        updateProduct(shop.container(), { productId: keyboard, change: { price } }),
      ),
    );
    const { product, shards } = await read(keyboard);
    expect(product.version).toBe(7);
    expect(product.propagating).toBeUndefined();
    for (const shard of shards) {
      expect(shard).toMatchObject({ price: product.price, product_version: product.version });
    }
  });
});

describe('propagateProduct with an old version', () => {
  it('leaves shards of a later version unchanged', async () => {
    const keyboard = await shop.sell({ price: 100 });
    const old = await shop.products.get(keyboard);
    await updateProduct(shop, { productId: keyboard, change: { price: 150 } });
    if (old !== undefined) await propagateProduct(shop, old);
    const { shards } = await read(keyboard);
    expect(shards).toMatchObject([{ price: 150, product_version: 2 }]);
  });

  it('does not mark a later version as propagated', async () => {
    const keyboard = await shop.sell({ price: 100 });
    const old = await shop.products.get(keyboard);
    await interruptedUpdate(shop.products, keyboard, { price: 150 });
    if (old !== undefined) await propagateProduct(shop, old);
    expect((await shop.products.get(keyboard))?.propagating).toBe('yes');
  });
});

describe('updateProduct', () => {
  it('accepts as many expected versions as an If-Match header holds', async () => {
    const keyboard = await shop.sell();
    const versions = Array.from({ length: 250 }, (_, index) => index + 2);
    const update = (ifVersionIn: number[]) =>
      updateProduct(shop, { productId: keyboard, change: { price: 1 }, ifVersionIn });
    await expect(update(versions)).rejects.toMatchObject({ code: 'version_mismatch' });
    expect((await update([...versions, 1])).product.price).toBe(1);
  });

  it('retries conflicts on the product', async () => {
    const keyboard = await shop.sell();
    const container = shop.container(({ operation, call }) =>
      operation === 'UpdateItem' && call <= 2 ? 'conflict' : undefined,
    );
    const { product } = await updateProduct(container, { productId: keyboard, change: { name: 'Board' } });
    expect(product.name).toBe('Board');
  });

  it('retries conflicts on the shards', async () => {
    const keyboard = await shop.sell({ stock_shards: 4, price: 100 });
    // Call 1 updates the product, the others its shards.
    const container = shop.container(({ operation, call }) =>
      operation === 'UpdateItem' && call > 1 && call < 10 ? 'conflict' : undefined,
    );
    const { shards } = await updateProduct(container, { productId: keyboard, change: { price: 150 } });
    expect(shards.every(({ price }) => price === 150)).toBe(true);
  });
});
