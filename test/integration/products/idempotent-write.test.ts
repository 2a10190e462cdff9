import { beforeEach, describe, expect, it } from 'vitest';
import { type Idempotency, idempotencyOf } from '../../../lib/platform/idempotency.ts';
import { addStock } from '../../../lib/products/add-stock.ts';
import { createProduct } from '../../../lib/products/create-product.ts';
import { idempotentWrite } from '../../../lib/products/idempotent-write.ts';
import { soldOf, stockOf } from '../../../lib/products/product.ts';
import { readProduct } from '../../../lib/products/read-product.ts';
import { deleteProduct } from '../../../lib/products/update-product.ts';
import {
  type Container,
  createOrderFixture,
  type OrderFixture,
} from '../../support/fixtures/order-fixtures.ts';

let shop: OrderFixture;
let product: string;

beforeEach(async () => {
  shop = await createOrderFixture();
  product = await shop.sell({ stock: 10, stock_shards: 4 });
});

const keyOf = (key: string, body: object, seller = 'seller', operation = 'addStock'): Idempotency =>
  idempotencyOf(operation, seller, key, body);

function supply(container: Container, units: number, key = keyOf('k', { product, units })) {
  return idempotentWrite(container, container.inventory, key, (claim) =>
    addStock(container, container.inventory, product, units, claim),
  );
}

async function unitsOf(id: string): Promise<number> {
  const { shards } = await readProduct(shop.inventory, id);
  return stockOf(shards) + soldOf(shards);
}

describe('an idempotency key of a seller', () => {
  it('adds units once, however often the request is repeated', async () => {
    expect(await supply(shop, 5)).toMatchObject({ replayed: false });
    for (let n = 0; n < 3; n += 1) {
      const { stocked, replayed } = await supply(shop.container(), 5);
      expect([replayed, stockOf(stocked.shards)]).toEqual([true, 15]);
    }
    expect(await unitsOf(product)).toBe(15);
  });

  it('adds units once when twenty requests race', async () => {
    const outcomes = await Promise.all(Array.from({ length: 20 }, () => supply(shop.container(), 5)));
    expect(outcomes.filter(({ replayed }) => !replayed)).toHaveLength(1);
    expect(await unitsOf(product)).toBe(15);
  });

  it.each(['timeout_after', 'server_error'] as const)(
    'adds units once when every reply to the first request is lost: %s',
    async (fault) => {
      const faulty = shop.container(({ operation }) =>
        /Transact|GetItem$/.test(operation) ? fault : undefined,
      );
      await expect(supply(faulty, 5)).rejects.toThrow();
      await supply(shop.container(), 5);
      expect(await unitsOf(product)).toBe(15);
    },
  );

  it('adds units once after the first request gave up because the shards were busy', async () => {
    const busy = shop.container(({ operation }) =>
      operation === 'TransactWriteItems' ? 'conflict' : undefined,
    );
    await expect(supply(busy, 5)).rejects.toMatchObject({ code: 'contention' });
    expect(await supply(shop.container(), 5)).toMatchObject({ replayed: false });
    expect(await supply(shop.container(), 5)).toMatchObject({ replayed: true });
    expect(await unitsOf(product)).toBe(15);
  });

  it('is refused for another request, and nothing is added', async () => {
    await supply(shop, 5);
    const other = supply(shop, 6, keyOf('k', { product, units: 6 }));
    await expect(other).rejects.toMatchObject({ code: 'idempotency_key_reused' });
    const made = idempotentWrite(shop, shop.inventory, keyOf('k', {}, 'seller', 'createProduct'), (claim) =>
      createProduct(shop, { name: 'Mouse', price: 1, stock: 1 }, claim),
    );
    await expect(made).rejects.toMatchObject({ code: 'idempotency_key_reused' });
    expect(await unitsOf(product)).toBe(15);
  });

  it('means something else for each seller', async () => {
    await supply(shop, 5);
    expect(await supply(shop, 5, keyOf('k', { product, units: 5 }, 'another'))).toMatchObject({
      replayed: false,
    });
    expect(await unitsOf(product)).toBe(20);
  });

  it('still answers when its product was deleted meanwhile', async () => {
    await supply(shop, 5);
    await deleteProduct(shop, shop.inventory, product);
    const { stocked, replayed } = await supply(shop, 5);
    expect([replayed, stockOf(stocked.shards)]).toEqual([true, 15]);
  });

  it('is free again when the request was refused', async () => {
    const unknown = keyOf('k', { product: 'x' });
    const id = '01a204a0-ae46-747a-92c4-e1d56e5cdf0d';
    const refused = idempotentWrite(shop, shop.inventory, unknown, (claim) =>
      addStock(shop, shop.inventory, id, 5, claim),
    );
    await expect(refused).rejects.toMatchObject({ code: 'product_not_found' });
    expect(await supply(shop, 5)).toMatchObject({ replayed: false });
  });

  it('makes one product when ten requests race', async () => {
    const input = { name: 'Mouse', price: 1, stock: 7, stock_shards: 3 };
    const key = keyOf('new', input, 'seller', 'createProduct');
    const outcomes = await Promise.all(
      Array.from({ length: 10 }, () =>
        idempotentWrite(shop, shop.inventory, key, (claim) => createProduct(shop.container(), input, claim)),
      ),
    );
    const ids = new Set(outcomes.map(({ stocked }) => stocked.product.id));
    expect(ids.size).toBe(1);
    expect(outcomes.filter(({ replayed }) => !replayed)).toHaveLength(1);
    const { products } = await shop.products.list(10);
    expect(products.map(({ name }) => name).sort()).toEqual(['Keyboard', 'Mouse']);
  });
});
