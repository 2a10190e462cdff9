import { describe, expect, it } from 'vitest';
import { cancelOrder } from '../../../lib/orders/cancel-order.ts';
import type { Order } from '../../../lib/orders/order.ts';
import { processOrders } from '../../../lib/orders/process-orders.ts';
import { submitOrder } from '../../../lib/orders/submit-order.ts';
import { newId } from '../../../lib/platform/ids.ts';
import { updateProduct } from '../../../lib/products/update-product.ts';
import { atRates } from '../../support/fault-injection.ts';
import { type Container, createOrderFixture, type OrderFixture } from '../../support/order-fixtures.ts';

async function submit(
  shop: OrderFixture | Container,
  productId: string,
  quantities: readonly number[],
): Promise<Order[]> {
  const placed = await Promise.all(
    quantities.map((quantity) =>
      submitOrder(shop, { customer_id: newId(), items: [{ id: productId, quantity }] }),
    ),
  );
  return placed.map(({ order }) => order);
}

const ones = (count: number): number[] => Array.from({ length: count }, () => 1);

describe('the worker', () => {
  it('confirms what there is stock for and rejects the rest with the short lines', async () => {
    const shop = await createOrderFixture();
    const product = await shop.sell({ stock: 120, stock_shards: 8 });
    const orders = await submit(shop, product, ones(150));

    expect(await processOrders(shop, orders, 0)).toBe(150);

    const { orders: stored, confirmed } = await shop.books();
    expect(confirmed).toHaveLength(120);
    const rejected = stored.filter(({ status }) => status === 'REJECTED');
    expect(rejected).toHaveLength(30);
    for (const { reason, short_lines } of rejected) {
      expect({ reason, short_lines }).toEqual({
        reason: 'out_of_stock',
        short_lines: [{ product_id: product, requested: 1, available: 0 }],
      });
    }
    expect(stored.filter(({ pending }) => pending !== undefined)).toEqual([]);
  });

  it('counts an order once that a batch holds twice', async () => {
    const shop = await createOrderFixture();
    const product = await shop.sell({ stock: 10 });
    const [order] = await submit(shop, product, [3]);
    if (order === undefined) throw new Error('no order');
    expect(await processOrders(shop, [order, order], 0)).toBe(1);
    const { confirmed } = await shop.books();
    expect(confirmed).toHaveLength(1);
  });

  it('confirms 98 one-line orders with one transaction after one read', async () => {
    const shop = await createOrderFixture();
    const product = await shop.sell({ stock: 1_000, stock_shards: 4 });
    const worker = shop.container();
    const orders = await submit(shop, product, ones(98));
    await worker.inventory.find([product]);
    worker.attempts.length = 0;

    await processOrders(worker, orders, 0);

    expect(worker.calls()).toEqual(['BatchGetItem', 'TransactWriteItems']);
  });

  it('comes to the same result when a batch is delivered three times, in any order, after it died', async () => {
    const shop = await createOrderFixture();
    const product = await shop.sell({ stock: 150, stock_shards: 4 });
    const orders = await submit(shop, product, ones(200));
    // Every transaction is carried out and its reply lost: the worker dies before it acknowledges.
    const dying = shop.container(({ operation }) =>
      operation === 'TransactWriteItems' ? 'timeout_after' : undefined,
    );
    await expect(processOrders(dying, orders, 0.3)).rejects.toThrow('timeout_after');

    const [a, b, c] = [shop.container(), shop.container(), shop.container()];
    await Promise.all([
      processOrders(a, orders, 0),
      processOrders(b, [...orders].reverse(), 0.5),
      processOrders(c, orders.slice(50, 120), 0.9),
    ]);

    const { confirmed, orders: stored } = await shop.books();
    expect(confirmed).toHaveLength(150);
    expect(stored.filter(({ status }) => status === 'PENDING')).toEqual([]);
  });

  it.each([1, 2])('keeps the books under conflicts, throttling and lost replies (seed %i)', async (seed) => {
    const shop = await createOrderFixture();
    const product = await shop.sell({ stock: 180, stock_shards: 8, limit_per_customer: 3 });
    const orders = await submit(shop, product, [...ones(100), ...Array.from({ length: 60 }, () => 2)]);
    const rates = {
      conflict: 0.2,
      throttled: 0.05,
      server_error: 0.05,
      timeout_before: 0.05,
      timeout_after: 0.1,
    };
    // The storm passes after a while, as storms do; until then about every second write fails.
    const fault = atRates(seed, rates);
    const worker = shop.container((attempt) => (worker.attempts.length < 250 ? fault(attempt) : undefined));
    /** As the event source does: until a delivery succeeds, or it has been tried often enough. */
    const deliver = async (batch: readonly Order[], deliveries = 20): Promise<number> => {
      try {
        return await processOrders(worker, batch, Math.random());
      } catch (error) {
        if (deliveries === 1) throw error;
        return deliver(batch, deliveries - 1);
      }
    };
    await Promise.all([deliver(orders.slice(0, 90)), deliver(orders.slice(70)), deliver(orders)]);

    const { confirmed, orders: stored } = await shop.books();
    expect(stored.filter(({ status }) => status === 'PENDING')).toEqual([]);
    const units = confirmed.flatMap(({ lines }) => lines).reduce((sum, { quantity }) => sum + quantity, 0);
    // Enough was wanted; a single unit may be left when only orders of two were still open.
    expect(units).toBeGreaterThanOrEqual(179);
  });

  it('confirms at the price that was accepted or rejects', async () => {
    const shop = await createOrderFixture();
    const product = await shop.sell({ stock: 10, stock_shards: 2, price: 500 });
    const [early] = await submit(shop, product, [1]);
    await updateProduct(shop, shop.inventory, product, { price: 700 });
    if (early === undefined) throw new Error('no order');
    await processOrders(shop, [early], 0);

    expect(await shop.orders.get(early.id)).toMatchObject({
      status: 'REJECTED',
      reason: 'price_changed',
      total: 500,
    });
  });

  it('leaves an order alone that was cancelled before it came', async () => {
    const shop = await createOrderFixture();
    const product = await shop.sell({ stock: 10 });
    const [order] = await submit(shop, product, [2]);
    if (order === undefined) throw new Error('no order');
    await cancelOrder(shop, order.id, { id: order.customer_id, role: 'USER' });

    expect(await processOrders(shop, [order], 0)).toBe(0);

    expect(await shop.orders.get(order.id)).toMatchObject({ status: 'CANCELLED' });
    await shop.books();
  });

  it('decides a cancellation that races with it one way or the other, never both', async () => {
    const shop = await createOrderFixture();
    const product = await shop.sell({ stock: 60, stock_shards: 2 });
    const orders = await submit(shop, product, ones(40));
    await Promise.all([
      processOrders(shop, orders, 0),
      ...orders.map(({ id, customer_id }) => cancelOrder(shop, id, { id: customer_id, role: 'USER' })),
    ]);

    const { orders: stored } = await shop.books();
    expect(stored.map(({ status }) => status)).toEqual(ones(40).map(() => 'CANCELLED'));
    expect(await stockLeft(shop, product)).toBe(60);
  });

  it('never lets one customer exceed a purchase limit with many orders in one batch', async () => {
    const shop = await createOrderFixture();
    const product = await shop.sell({ stock: 100, stock_shards: 4, limit_per_customer: 5 });
    const customer_id = newId();
    const placed = await Promise.all(
      ones(12).map(() => submitOrder(shop, { customer_id, items: [{ id: product, quantity: 1 }] })),
    );
    await processOrders(
      shop,
      placed.map(({ order }) => order),
      0,
    );

    const { confirmed, orders } = await shop.books();
    expect(confirmed).toHaveLength(5);
    expect(orders.filter(({ reason }) => reason === 'limit_exceeded')).toHaveLength(7);
  });
});

describe('where transactions cancel each other as on AWS, the worker', () => {
  it('is not held up by one customer who orders more than a purchase limit allows', async () => {
    const shop = await createOrderFixture();
    const product = await shop.sell({ stock: 1_000, stock_shards: 32, limit_per_customer: 105 });
    const bot = newId();
    const many = await Promise.all(
      ones(120).map(() => submitOrder(shop, { customer_id: bot, items: [{ id: product, quantity: 1 }] })),
    );
    const others = await submit(shop, product, ones(40));
    const worker = shop.conflicting();
    const batch = [...many.map(({ order }) => order), ...others];

    expect(await processOrders(worker, batch, 0)).toBe(160);

    const { confirmed, orders } = await shop.books();
    expect(confirmed.filter(({ customer_id }) => customer_id === bot)).toHaveLength(105);
    expect(confirmed).toHaveLength(145);
    expect(orders.filter(({ reason }) => reason === 'limit_exceeded')).toHaveLength(15);
  });

  it.each([1, 4, 32])('never lets its own transactions on %i shards meet', async (stock_shards) => {
    const shop = await createOrderFixture();
    const product = await shop.sell({ stock: 1_000, stock_shards });
    const orders = await submit(shop, product, ones(220));
    const worker = shop.conflicting();

    expect(await processOrders(worker, orders, 0)).toBe(220);

    expect(worker.counts.conflicts).toBe(0);
    expect((await shop.books()).confirmed).toHaveLength(220);
  });

  it('counts what was confirmed when another transaction of the batch fails', async () => {
    const shop = await createOrderFixture();
    const product = await shop.sell({ stock: 1_000, stock_shards: 4 });
    const orders = await submit(shop, product, ones(200));
    let confirmed = 0;
    const dying = shop.container(({ operation, call }) =>
      operation === 'TransactWriteItems' && call === 2 ? 'timeout_before' : undefined,
    );
    const metrics = { ...dying.metrics, confirmed: () => void confirmed++ };

    await expect(processOrders({ ...dying, metrics }, orders, 0)).rejects.toThrow('timeout_before');
    expect(confirmed).toBe((await shop.books()).confirmed.length);
    expect(confirmed).toBeGreaterThan(0);
    await processOrders({ ...shop, metrics }, orders, 0);

    expect(confirmed).toBe(200);
  });
});

async function stockLeft(shop: OrderFixture, product: string): Promise<number> {
  const found = (await shop.inventory.read([product])).get(product);
  return found?.shards.reduce((sum, { stock }) => sum + stock, 0) ?? -1;
}
