import { describe, expect, it } from 'vitest';
import { cancelOrder } from '../../../lib/orders/cancel-order.ts';
import type { Order } from '../../../lib/orders/order.ts';
import { allPendingBuckets } from '../../../lib/orders/order-store.ts';
import { processOrders } from '../../../lib/orders/process-orders.ts';
import { submitOrder } from '../../../lib/orders/submit-order.ts';
import { newId } from '../../../lib/platform/ids.ts';
import { updateProduct } from '../../../lib/products/update-product.ts';
import { atRates } from '../../support/database/fault-injection.ts';
import { createOrderFixture, type OrderFixture } from '../../support/fixtures/order-fixtures.ts';

const ones = (count: number): number[] => Array.from({ length: count }, () => 1);

describe('processOrders', () => {
  it('confirms orders up to the stock and rejects the rest with their short lines', async () => {
    const shop = await createOrderFixture();
    const product = await shop.sell({ stock: 120, stock_shards: 8 });
    const orders = await shop.submit(product, ones(150));

    expect(await processOrders(shop, { orders, shardOffset: 0 })).toMatchObject({ decided: 150 });

    const { orders: stored, confirmed } = await shop.checkLedger();
    expect(confirmed).toHaveLength(120);
    const rejected = stored.filter(({ status }) => status === 'REJECTED');
    expect(rejected).toHaveLength(30);
    const short_lines = [{ product_id: product, requested: 1, available: 0 }];
    for (const order of rejected) expect(order).toMatchObject({ reason: 'out_of_stock', short_lines });
    expect(await pendingIn(shop)).toEqual([]);
  });

  it('counts an order once if a batch contains it twice', async () => {
    const shop = await createOrderFixture();
    const product = await shop.sell({ stock: 10 });
    const [order] = await shop.submit(product, [3]);
    if (order === undefined) throw new Error('no order');
    expect(await processOrders(shop, { orders: [order, order], shardOffset: 0 })).toMatchObject({ decided: 1 });
    const { confirmed } = await shop.checkLedger();
    expect(confirmed).toHaveLength(1);
  });

  it('confirms 98 one-line orders with one transaction after one read', async () => {
    const shop = await createOrderFixture();
    const product = await shop.sell({ stock: 1_000, stock_shards: 4 });
    const worker = shop.container();
    const orders = await shop.submit(product, ones(98));
    await worker.inventory.find([product]);
    worker.attempts.length = 0;

    await processOrders(worker, { orders, shardOffset: 0 });

    expect(worker.calls()).toEqual(['BatchGetItem', 'TransactWriteItems']);
  });

  it('has the same result if a batch is redelivered three times, in any order, after a crash', async () => {
    const shop = await createOrderFixture();
    const product = await shop.sell({ stock: 150, stock_shards: 4 });
    const orders = await shop.submit(product, ones(200));
    // Every transaction commits and its response is lost, so the worker fails without acknowledging the batch.
    const dying = shop.container(({ operation }) => (operation === 'TransactWriteItems' ? 'timeout_after' : undefined));
    expect((await processOrders(dying, { orders, shardOffset: 0.3 })).undecided.size).toBe(200);

    const [a, b, c] = [shop.container(), shop.container(), shop.container()];
    await Promise.all([
      processOrders(a, { orders, shardOffset: 0 }),
      processOrders(b, { orders: [...orders].reverse(), shardOffset: 0.5 }),
      processOrders(c, { orders: orders.slice(50, 120), shardOffset: 0.9 }),
    ]);

    const { confirmed, orders: stored } = await shop.checkLedger();
    expect(confirmed).toHaveLength(150);
    expect(stored.filter(({ status }) => status === 'PENDING')).toEqual([]);
  });

  it.each([1, 2])('keeps the ledger under conflicts, throttling and lost responses (seed %i)', async (seed) => {
    const shop = await createOrderFixture();
    const product = await shop.sell({ stock: 180, stock_shards: 8, limit_per_customer: 3 });
    const orders = await shop.submit(product, [...ones(100), ...Array.from({ length: 60 }, () => 2)]);
    const rates = {
      conflict: 0.2,
      throttled: 0.05,
      server_error: 0.05,
      timeout_before: 0.05,
      timeout_after: 0.1,
    };
    // About every second write fails until the faults end.
    const fault = atRates(seed, rates);
    const worker = shop.container((attempt) => (worker.attempts.length < 250 ? fault(attempt) : undefined));
    /** Redelivers a batch until it succeeds or the retries are used up, as the event source does. */
    const deliver = async (batch: readonly Order[], deliveries = 20): Promise<void> => {
      const { undecided } = await processOrders(worker, { orders: batch, shardOffset: Math.random() });
      if (undecided.size === 0) return;
      if (deliveries === 1) throw new Error('still undecided', { cause: [...undecided.values()] });
      await deliver(batch, deliveries - 1);
    };
    await Promise.all([deliver(orders.slice(0, 90)), deliver(orders.slice(70)), deliver(orders)]);

    const { confirmed, orders: stored } = await shop.checkLedger();
    expect(stored.filter(({ status }) => status === 'PENDING')).toEqual([]);
    const units = confirmed.flatMap(({ lines }) => lines).reduce((sum, { quantity }) => sum + quantity, 0);
    // Demand exceeds stock. One unit can remain if only orders of two units are left.
    expect(units).toBeGreaterThanOrEqual(179);
  });

  it('rejects an order if the price has changed since it was accepted', async () => {
    const shop = await createOrderFixture();
    const product = await shop.sell({ stock: 10, stock_shards: 2, price: 500 });
    const [early] = await shop.submit(product, [1]);
    await updateProduct(shop, { productId: product, change: { price: 700 } });
    if (early === undefined) throw new Error('no order');
    await processOrders(shop, { orders: [early], shardOffset: 0 });

    expect(await shop.orders.get(early.id)).toMatchObject({
      status: 'REJECTED',
      reason: 'price_changed',
      total: 500,
    });
  });

  it('skips an order that was cancelled before the batch arrived', async () => {
    const shop = await createOrderFixture();
    const product = await shop.sell({ stock: 10 });
    const [order] = await shop.submit(product, [2]);
    if (order === undefined) throw new Error('no order');
    await cancelOrder(shop, { orderId: order.id, caller: { id: order.customer_id, role: 'USER' } });

    expect(await processOrders(shop, { orders: [order], shardOffset: 0 })).toEqual({
      decided: 0,
      undecided: new Map(),
    });

    expect(await shop.orders.get(order.id)).toMatchObject({ status: 'CANCELLED' });
    await shop.checkLedger();
  });

  it('confirms the order or leaves it CANCELLED when a cancellation races', async () => {
    const shop = await createOrderFixture();
    const product = await shop.sell({ stock: 60, stock_shards: 2 });
    const orders = await shop.submit(product, ones(40));
    await Promise.all([
      processOrders(shop, { orders, shardOffset: 0 }),
      ...orders.map(({ id, customer_id }) =>
        cancelOrder(shop, { orderId: id, caller: { id: customer_id, role: 'USER' } }),
      ),
    ]);

    const { orders: stored } = await shop.checkLedger();
    expect(stored.map(({ status }) => status)).toEqual(ones(40).map(() => 'CANCELLED'));
    expect(await stockLeft(shop, product)).toBe(60);
  });

  it('keeps the purchase limit for many orders of one customer in one batch', async () => {
    const shop = await createOrderFixture();
    const product = await shop.sell({ stock: 100, stock_shards: 4, limit_per_customer: 5 });
    const customerId = newId();
    const placed = await Promise.all(
      ones(12).map(() => submitOrder(shop, { customerId, items: [{ id: product, quantity: 1 }] })),
    );
    await processOrders(shop, { orders: placed.map(({ order }) => order), shardOffset: 0 });

    const { confirmed, orders } = await shop.checkLedger();
    expect(confirmed).toHaveLength(5);
    expect(orders.filter((one) => one.status === 'REJECTED' && one.reason === 'limit_exceeded')).toHaveLength(7);
  });
});

describe('processOrders where transactions conflict as on AWS', () => {
  it('decides all orders if one customer exceeds a purchase limit', async () => {
    const shop = await createOrderFixture();
    const product = await shop.sell({ stock: 1_000, stock_shards: 32, limit_per_customer: 105 });
    const bot = newId();
    const many = await Promise.all(
      ones(120).map(() => submitOrder(shop, { customerId: bot, items: [{ id: product, quantity: 1 }] })),
    );
    const others = await shop.submit(product, ones(40));
    const worker = shop.conflicting();
    const batch = [...many.map(({ order }) => order), ...others];

    expect(await processOrders(worker, { orders: batch, shardOffset: 0 })).toMatchObject({ decided: 160 });

    const { confirmed, orders } = await shop.checkLedger();
    expect(confirmed.filter(({ customer_id }) => customer_id === bot)).toHaveLength(105);
    expect(confirmed).toHaveLength(145);
    expect(orders.filter((one) => one.status === 'REJECTED' && one.reason === 'limit_exceeded')).toHaveLength(15);
  });

  it.each([1, 4, 32])('causes no conflicts among its own transactions on %i shards', async (stock_shards) => {
    const shop = await createOrderFixture();
    const product = await shop.sell({ stock: 1_000, stock_shards });
    const orders = await shop.submit(product, ones(220));
    const worker = shop.conflicting();

    expect(await processOrders(worker, { orders, shardOffset: 0 })).toMatchObject({ decided: 220 });

    expect(worker.counts.conflicts).toBe(0);
    expect((await shop.checkLedger()).confirmed).toHaveLength(220);
  });

  it('counts confirmed orders if another transaction of the batch fails', async () => {
    const shop = await createOrderFixture();
    const product = await shop.sell({ stock: 1_000, stock_shards: 4 });
    const orders = await shop.submit(product, ones(200));
    let confirmed = 0;
    const dying = shop.container(({ operation, call }) =>
      operation === 'TransactWriteItems' && call === 2 ? 'timeout_before' : undefined,
    );
    const metrics = { ...dying.metrics, confirmed: () => void confirmed++ };

    const { undecided } = await processOrders({ ...dying, metrics }, { orders, shardOffset: 0 });
    expect(undecided.size).toBe(200 - confirmed);
    expect(confirmed).toBe((await shop.checkLedger()).confirmed.length);
    expect(confirmed).toBeGreaterThan(0);
    await processOrders({ ...shop, metrics }, { orders, shardOffset: 0 });

    expect(confirmed).toBe(200);
  });
});

/** Positions in the index of PENDING orders. */
async function pendingIn({ orders }: OrderFixture) {
  const farFuture = '9999-01-01T00:00:00.000Z';
  const pages = allPendingBuckets.map((bucket) => orders.listPending(bucket, farFuture, 10));
  return (await Promise.all(pages)).flat();
}

async function stockLeft(shop: OrderFixture, product: string): Promise<number> {
  const found = (await shop.inventory.read([product])).get(product);
  return found?.shards.reduce((sum, { stock }) => sum + stock, 0) ?? -1;
}
