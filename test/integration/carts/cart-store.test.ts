import { TransactWriteCommand } from '@aws-sdk/lib-dynamodb';
import { beforeEach, describe, expect, it } from 'vitest';
import { newId } from '../../../lib/platform/ids.ts';
import { createOrderFixture, type OrderFixture } from '../../support/fixtures/order-fixtures.ts';

let shop: OrderFixture;
beforeEach(async () => {
  shop = await createOrderFixture();
});

const ids = (count: number) => Array.from({ length: count }, () => newId());

describe('CartStore', () => {
  it('holds at most 50 products when additions race', async () => {
    const customerId = newId();
    await Promise.all(ids(45).map((id) => shop.carts.setLine(customerId, id, 1)));
    const results = await Promise.allSettled(ids(20).map((id) => shop.carts.setLine(customerId, id, 1)));
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(5);
    expect(results.filter(({ status }) => status === 'rejected')).toMatchObject(
      Array.from({ length: 15 }, () => ({ reason: { code: 'cart_full' } })),
    );
    expect((await shop.carts.get(customerId)).lines).toHaveLength(50);
  });

  it('changes the quantity of a product in a full cart', async () => {
    const customerId = newId();
    const products = ids(50);
    await Promise.all(products.map((id) => shop.carts.setLine(customerId, id, 1)));
    const { lines } = await shop.carts.setLine(customerId, products[0] ?? '', 7);
    expect(lines.find(({ product_id }) => product_id === products[0])?.quantity).toBe(7);
    // Removing a line makes room for another product.
    await shop.carts.removeLine(customerId, products[0] ?? '');
    expect((await shop.carts.setLine(customerId, newId(), 1)).lines).toHaveLength(50);
  });

  it('does not empty a cart that has changed since it was read', async () => {
    const customerId = newId();
    const product = newId();
    const read = await shop.carts.setLine(customerId, product, 1);
    await shop.carts.setLine(customerId, product, 2);
    const empty = (cart: typeof read) =>
      shop.documents.send(new TransactWriteCommand({ TransactItems: [shop.carts.emptyAction(cart)] }));
    await expect(empty(read)).rejects.toMatchObject({ name: 'TransactionCanceledException' });
    await empty(await shop.carts.get(customerId));
    expect(await shop.carts.get(customerId)).toMatchObject({ lines: [], version: 3 });
    expect(await shop.carts.setLine(customerId, product, 4)).toMatchObject({ version: 4 });
  });

  it.each(['setLine', 'removeLine'] as const)('retries %s after a conflict with a checkout', async (change) => {
    const customerId = newId();
    const product = newId();
    await shop.carts.setLine(customerId, product, 1);
    const { carts } = shop.container(({ operation, call }) =>
      operation === 'UpdateItem' && call <= 2 ? 'conflict' : undefined,
    );
    const cart = await carts[change](customerId, product, 5);
    expect(cart.lines).toEqual(change === 'setLine' ? [{ product_id: product, quantity: 5 }] : []);
  });
});
