import { describe, expect, it } from 'vitest';
import { DomainError } from '../../../lib/errors.ts';
import { cancelOrder } from '../../../lib/orders/cancel-order.ts';
import { viewOf } from '../../../lib/products/product.ts';
import { propagateProduct } from '../../../lib/products/propagate-product.ts';
import { readProduct } from '../../../lib/products/read-product.ts';
import { createOrderFixture, type OrderFixture } from '../../support/order-fixtures.ts';

const view = async (shop: OrderFixture, product: string) => {
  const { stock, sold } = viewOf(await readProduct(shop.inventory, product), 'EUR');
  return { stock, sold };
};

const codeOf = async (attempt: Promise<unknown>): Promise<string> => {
  try {
    await attempt;
    return 'done';
  } catch (error) {
    if (!(error instanceof DomainError)) throw error;
    return error.code;
  }
};

describe('cancelOrder', () => {
  it('gives the units of every line and shard back once, however many cancel at once', async () => {
    const shop = await createOrderFixture();
    const scattered = await shop.sell({ stock: 8, stock_shards: 4 });
    const limited = await shop.sell({ stock: 5, stock_shards: 1, limit_per_customer: 5 });
    const customer_id = await shop.customer({ [scattered]: 7, [limited]: 5 });
    const { order } = await shop.checkout({ customer_id });
    expect(order.allocations.length).toBeGreaterThan(4);
    expect(await view(shop, scattered)).toEqual({ stock: 1, sold: 7 });

    const owner = { id: customer_id, role: 'USER' as const };
    const codes = await Promise.all(
      Array.from({ length: 10 }, () => codeOf(cancelOrder(shop.container(), order.id, owner))),
    );

    expect(codes.sort()).toEqual(['done', ...Array.from({ length: 9 }, () => 'order_not_cancellable')]);
    expect(await view(shop, scattered)).toEqual({ stock: 8, sold: 0 });
    expect(await view(shop, limited)).toEqual({ stock: 5, sold: 0 });
    await shop.books();

    // The purchase limit was given back too.
    await shop.customer({ [limited]: 5 }, customer_id);
    expect((await shop.checkout({ customer_id })).order.status).toBe('CONFIRMED');
  });

  it('tells success when the reply of its own transaction was lost', async () => {
    const shop = await createOrderFixture();
    const product = await shop.sell({ stock: 3 });
    const customer_id = await shop.customer({ [product]: 3 });
    const { order } = await shop.checkout({ customer_id });
    const lossy = shop.container(({ operation }) =>
      operation === 'TransactWriteItems' ? 'timeout_after' : undefined,
    );

    const cancelled = await cancelOrder(lossy, order.id, { id: customer_id, role: 'USER' });

    expect(cancelled.status).toBe('CANCELLED');
    expect(await view(shop, product)).toEqual({ stock: 3, sold: 0 });
    await shop.books();
  });

  it('refuses a stranger, lets an ADMIN, and refuses a second time', async () => {
    const shop = await createOrderFixture();
    const product = await shop.sell({ stock: 3 });
    const customer_id = await shop.customer({ [product]: 1 });
    const { order } = await shop.checkout({ customer_id });

    expect(await codeOf(cancelOrder(shop, order.id, { id: 'stranger', role: 'USER' }))).toBe('forbidden');
    expect(await view(shop, product)).toEqual({ stock: 2, sold: 1 });
    expect(await codeOf(cancelOrder(shop, order.id, { id: 'boss', role: 'ADMIN' }))).toBe('done');
    expect(await codeOf(cancelOrder(shop, order.id, { id: 'boss', role: 'ADMIN' }))).toBe(
      'order_not_cancellable',
    );
    expect(await codeOf(cancelOrder(shop, 'nothing', { id: 'boss', role: 'ADMIN' }))).toBe('order_not_found');
  });

  it('gives units back into the shards they came from after the product has grown', async () => {
    const shop = await createOrderFixture();
    const product = await shop.sell({ stock: 20, stock_shards: 1 });
    const customer_id = await shop.customer({ [product]: 6 });
    const { order } = await shop.checkout({ customer_id });
    const result = await shop.products.update(product, { stock_shards: 8, propagating: 'yes' });
    if ('refused' in result) throw new Error('refused');
    await propagateProduct(shop, shop.inventory, result.updated);

    await cancelOrder(shop, order.id, { id: customer_id, role: 'USER' });

    expect(await view(shop, product)).toEqual({ stock: 20, sold: 0 });
    await shop.books();
  });
});
