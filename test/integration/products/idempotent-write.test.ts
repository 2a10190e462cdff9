import { beforeEach, describe, expect, it } from 'vitest';
import { type Idempotency, idempotencyOf } from '../../../lib/platform/idempotency.ts';
import { addStock } from '../../../lib/products/add-stock.ts';
import { createProduct } from '../../../lib/products/create-product.ts';
import { soldOf, stockOf } from '../../../lib/products/product.ts';
import { deleteProduct } from '../../../lib/products/update-product.ts';
import { type Container, createOrderFixture, type OrderFixture } from '../../support/fixtures/order-fixtures.ts';

let shop: OrderFixture;
let productId: string;

beforeEach(async () => {
  shop = await createOrderFixture();
  productId = await shop.sell({ stock: 10, stock_shards: 4 });
});

const keyOf = (key: string, body: object, seller = 'seller', operation = 'addStock'): Idempotency =>
  idempotencyOf(operation, seller, key, body);

const restock = (container: Container, units: number, idempotency = keyOf('k', { product: productId, units })) =>
  addStock(container, { productId, units, idempotency });

async function unitsOf(id: string): Promise<number> {
  const { shards } = await shop.inventory.readOne(id);
  return stockOf(shards) + soldOf(shards);
}

describe('addStock with an idempotency key', () => {
  it('adds units once when 20 requests race', async () => {
    const outcomes = await Promise.all(Array.from({ length: 20 }, () => restock(shop.container(), 5)));
    expect(outcomes.filter(({ replayed }) => !replayed)).toHaveLength(1);
    expect(await unitsOf(productId)).toBe(15);
  });

  it.each(['timeout_after', 'server_error'] as const)(
    'adds units once when every response to the first request is lost (%s)',
    async (fault) => {
      const faulty = shop.container(({ operation }) => (/Transact|GetItem$/.test(operation) ? fault : undefined));
      await expect(restock(faulty, 5)).rejects.toThrow();
      await restock(shop.container(), 5);
      expect(await unitsOf(productId)).toBe(15);
    },
  );

  it('adds units once when the first request fails with contention', async () => {
    const conflicting = shop.container(({ operation }) =>
      operation === 'TransactWriteItems' ? 'conflict' : undefined,
    );
    await expect(restock(conflicting, 5)).rejects.toMatchObject({ code: 'contention' });
    expect(await restock(shop.container(), 5)).toMatchObject({ replayed: false });
    expect(await restock(shop.container(), 5)).toMatchObject({ replayed: true });
    expect(await unitsOf(productId)).toBe(15);
  });

  it('adds nothing and throws idempotency_key_reused for another request with the key', async () => {
    await restock(shop, 5);
    const other = restock(shop, 6, keyOf('k', { product: productId, units: 6 }));
    await expect(other).rejects.toMatchObject({ code: 'idempotency_key_reused' });
    expect(await unitsOf(productId)).toBe(15);
  });

  it('returns the product to a retry after the product was deleted', async () => {
    await restock(shop, 5);
    await deleteProduct(shop, { productId });
    const { shards, replayed } = await restock(shop, 5);
    expect([replayed, stockOf(shards)]).toEqual([true, 15]);
  });

  it('does not use up the key of a failed request', async () => {
    const failed = addStock(shop, {
      productId: '01a204a0-ae46-747a-92c4-e1d56e5cdf0d',
      units: 5,
      idempotency: keyOf('k', { product: 'x' }),
    });
    await expect(failed).rejects.toMatchObject({ code: 'product_not_found' });
    expect(await restock(shop, 5)).toMatchObject({ replayed: false });
  });
});

describe('createProduct with an idempotency key', () => {
  const input = { name: 'Mouse', price: 1, currency: 'EUR', stock: 7, stock_shards: 3 };

  it('throws idempotency_key_reused for a key of another operation', async () => {
    await restock(shop, 5);
    const idempotency = keyOf('k', {}, 'seller', 'createProduct');
    const created = createProduct(shop, { ...input, idempotency });
    await expect(created).rejects.toMatchObject({ code: 'idempotency_key_reused' });
    expect((await shop.products.list(10)).products.map(({ name }) => name)).toEqual(['Keyboard']);
  });
});
