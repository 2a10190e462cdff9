import { beforeEach, describe, expect, it } from 'vitest';
import { DomainError } from '../../../lib/errors.ts';
import { updateProduct } from '../../../lib/products/update-product.ts';
import { createOrderFixture, type OrderFixture } from '../../support/fixtures/order-fixtures.ts';

let shop: OrderFixture;
beforeEach(async () => {
  shop = await createOrderFixture();
});

describe('checkout', () => {
  it('confirms the order, sells its units and empties the cart', async () => {
    const keyboard = await shop.sell({ stock: 5, price: 300 });
    const customerId = await shop.customer({ [keyboard]: 2 });
    const { order, replayed } = await shop.checkout({ customerId, expectedTotal: 600 });
    expect(order).toMatchObject({
      status: 'CONFIRMED',
      total: 600,
      currency: 'EUR',
      customer_id: customerId,
    });
    expect(replayed).toBe(false);
    expect((await shop.carts.get(customerId)).lines).toEqual([]);
    expect((await shop.checkLedger()).confirmed).toEqual([order]);
  });

  it('sells the last units of all shards in one order', async () => {
    const keyboard = await shop.sell({ stock: 32, stock_shards: 32 });
    const customerId = await shop.customer({ [keyboard]: 32 });
    const { order } = await shop.checkout({ customerId });
    expect(order.allocations).toHaveLength(32);
    await shop.checkLedger();
  });

  it('consolidates stock if it needs more shards than one transaction can write', async () => {
    const products = await Promise.all([0, 1, 2, 3].map(() => shop.sell({ stock: 32, stock_shards: 32 })));
    const customerId = await shop.customer(Object.fromEntries(products.map((id) => [id, 32])));
    const { order } = await shop.checkout({ customerId });
    expect(order.lines.map(({ quantity }) => quantity)).toEqual([32, 32, 32, 32]);
    await shop.checkLedger();
  });

  it('confirms 50 lines of products with a purchase limit', async () => {
    const products = await Promise.all(
      Array.from({ length: 50 }, () => shop.sell({ stock: 1, limit_per_customer: 1 })),
    );
    const customerId = await shop.customer(Object.fromEntries(products.map((id) => [id, 1])));
    expect((await shop.checkout({ customerId })).order.lines).toHaveLength(50);
    await shop.checkLedger();
  });

  it('writes nothing and returns no earlier order if beforeWrite fails', async () => {
    const keyboard = await shop.sell();
    const customerId = await shop.customer({ [keyboard]: 1 });
    await shop.checkout({ customerId, idempotencyKey: 'k' });
    await shop.customer({ [keyboard]: 1 }, customerId);
    const get = () => Promise.reject(new Error('read an order'));
    const container = shop.container(undefined, { orders: { ...shop.orders, get } });
    const beforeWrite = () => Promise.reject(new DomainError('rate_limited'));
    for (const idempotencyKey of ['k', 'other'])
      await expect(container.checkout({ customerId, idempotencyKey, beforeWrite })).rejects.toMatchObject({
        code: 'rate_limited',
      });
    expect((await shop.checkLedger()).orders).toHaveLength(1);
    expect((await shop.carts.get(customerId)).lines).toHaveLength(1);
  });

  it('orders the changed cart if the cart changes during the checkout', async () => {
    const keyboard = await shop.sell({ stock: 50 });
    const customerId = await shop.customer({ [keyboard]: 1 });
    let changed = false;
    const container = shop.container();
    const carts = {
      ...container.carts,
      get: async (id: string) => {
        const cart = await container.carts.get(id);
        if (!changed) await shop.customer({ [keyboard]: 3 }, customerId);
        changed = true;
        return cart;
      },
    };
    const { order } = await shop.container(undefined, { carts }).checkout({ customerId });
    expect(order.lines).toMatchObject([{ quantity: 3 }]);
    await shop.checkLedger();
  });
});

describe('checkout with a stale cached product', () => {
  async function withStaleCache() {
    const keyboard = await shop.sell({ price: 1_000, stock: 20, stock_shards: 2 });
    const container = shop.container();
    await container.inventory.find([keyboard]);
    await updateProduct(shop, { productId: keyboard, change: { price: 1_200 } });
    return { keyboard, container };
  }

  it('fails with price_changed if the new total is not the expected one', async () => {
    const { keyboard, container } = await withStaleCache();
    const customerId = await shop.customer({ [keyboard]: 2 });
    await expect(container.checkout({ customerId, expectedTotal: 2_000 })).rejects.toMatchObject({
      code: 'price_changed',
    });
    expect((await shop.checkLedger()).orders).toEqual([]);
  });

  it('confirms an order that expects the new total', async () => {
    const { keyboard, container } = await withStaleCache();
    const customerId = await shop.customer({ [keyboard]: 2 });
    expect((await container.checkout({ customerId, expectedTotal: 2_400 })).order.total).toBe(2_400);
  });

  it('applies a purchase limit that was raised', async () => {
    const keyboard = await shop.sell({ limit_per_customer: 2 });
    const container = shop.container();
    await container.inventory.find([keyboard]);
    await updateProduct(shop, { productId: keyboard, change: { limit_per_customer: 4 } });
    const customer_id = await shop.customer({ [keyboard]: 2 });
    await container.checkout({ customerId: customer_id });
    await shop.customer({ [keyboard]: 2 }, customer_id);
    await container.checkout({ customerId: customer_id });
    await expect(shop.checkLedger()).resolves.toMatchObject({ confirmed: { length: 2 } });
  });
});
