import { PutCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { describe, expect, it } from 'vitest';
import type { Order } from '../../../lib/orders/order.ts';
import { processOrders } from '../../../lib/orders/process-orders.ts';
import { submitOrder } from '../../../lib/orders/submit-order.ts';
import { sweepOrders } from '../../../lib/orders/sweep-orders.ts';
import { newId } from '../../../lib/platform/ids.ts';
import { createOrderFixture, type OrderFixture } from '../../support/order-fixtures.ts';

const never = Number.POSITIVE_INFINITY;
const aMinuteOn = { now: () => Date.now() + 61_000 };

async function submit(
  shop: OrderFixture,
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

describe('the sweep', () => {
  it('decides what a missing worker left, beside a worker that comes back', async () => {
    const shop = await createOrderFixture();
    const product = await shop.sell({ stock: 250, stock_shards: 8 });
    const orders = await submit(shop, product, ones(300));

    const results = await Promise.all([
      sweepOrders({ ...shop, clock: aMinuteOn }, never),
      sweepOrders({ ...shop.container(), clock: aMinuteOn }, never),
      processOrders(shop.container(), orders, 0),
    ]);

    expect(results.slice(0, 2)).toEqual([
      expect.objectContaining({ failures: [] }),
      expect.objectContaining({ failures: [] }),
    ]);
    const { confirmed, orders: stored } = await shop.books();
    expect(confirmed).toHaveLength(250);
    expect(stored.filter(({ status }) => status === 'PENDING')).toEqual([]);
  });

  it('leaves orders younger than a minute to the worker', async () => {
    const shop = await createOrderFixture();
    const product = await shop.sell();
    const [order] = await submit(shop, product, [1]);

    expect(await sweepOrders(shop, never)).toEqual({
      decided: 0,
      failures: [],
      complete: true,
      oldestAgeMs: 0,
    });
    expect(await shop.orders.get(order?.id ?? '')).toMatchObject({ status: 'PENDING' });
  });

  it('tells the age of the oldest order that it finds, and nothing when there is no time to look', async () => {
    const shop = await createOrderFixture();
    const product = await shop.sell({ stock: 50 });
    const orders = await submit(shop, product, ones(12));
    const now = Date.parse(orders[0]?.created_at ?? '') + 200_000;
    const later = { ...shop, clock: { now: () => now } };
    for (const [index, { id }] of orders.entries())
      await setAttribute(shop, id, 'created_at', new Date(now - 90_000 - 1_000 * (index % 7)).toISOString());

    expect(await sweepOrders(later, now)).toMatchObject({ oldestAgeMs: undefined, complete: false });
    expect(await sweepOrders(later, never)).toMatchObject({ oldestAgeMs: 96_000, complete: true });
    expect((await sweepOrders(later, never)).oldestAgeMs).toBe(0);
  });

  it('decides the others when one order cannot be read', async () => {
    const shop = await createOrderFixture();
    const product = await shop.sell({ stock: 50 });
    const orders = await submit(shop, product, ones(5));
    await setAttribute(shop, orders[2]?.id ?? '', 'total', 'a lot');

    const { decided, failures } = await sweepOrders({ ...shop, clock: aMinuteOn }, never);

    expect({ decided, failed: failures.map(({ id }) => id) }).toEqual({
      decided: 4,
      failed: [orders[2]?.id],
    });
  });

  it('decides the others when a row of the index names no order of ours', async () => {
    const shop = await createOrderFixture();
    const product = await shop.sell({ stock: 50 });
    await submit(shop, product, ones(5));
    const created_at = '2020-01-01T00:00:00.000Z';
    await shop.documents.send(
      new PutCommand({ TableName: shop.tables.orders, Item: { id: 'foreign', pending: '7', created_at } }),
    );

    const { decided, failures } = await sweepOrders({ ...shop, clock: aMinuteOn }, never);

    expect({ decided, failed: failures.map(({ id }) => id) }).toEqual({ decided: 5, failed: ['foreign'] });
  });

  it('counts what a group has decided whose other half fails', async () => {
    const shop = await createOrderFixture();
    const product = await shop.sell({ stock: 200, stock_shards: 2 });
    // Two more than one transaction can confirm; the youngest of them cannot be.
    const orders = await submit(shop, product, ones(101));
    const [{ id } = { id: '' }] = orders;
    await setAttribute(shop, id, 'created_at', new Date(Date.now() + 1_000).toISOString());
    await fatten(shop, id);
    const twoMinutesOn = { now: () => Date.now() + 120_000 };

    const { decided, failures } = await sweepOrders({ ...shop, clock: twoMinutesOn }, never);

    expect({ decided, failed: failures.map((failure) => failure.id) }).toEqual({
      decided: 100,
      failed: [id],
    });
  });

  it('decides the others when one order cannot be decided', async () => {
    const shop = await createOrderFixture();
    const product = await shop.sell({ stock: 50, stock_shards: 2 });
    const orders = await submit(shop, product, ones(20));
    // All in one bucket, so that they make one page.
    for (const { id } of orders) await setAttribute(shop, id, 'pending', '7');
    await fatten(shop, orders[9]?.id ?? '');

    const { decided, failures } = await sweepOrders({ ...shop, clock: aMinuteOn }, never);

    expect(decided).toBe(19);
    expect(failures).toHaveLength(1);
    const { confirmed } = await shop.books();
    expect(confirmed).toHaveLength(19);
  });
});

async function setAttribute(shop: OrderFixture, id: string, name: string, value: string): Promise<void> {
  await shop.documents.send(
    new UpdateCommand({
      TableName: shop.tables.orders,
      Key: { id },
      UpdateExpression: 'SET #name = :value',
      ExpressionAttributeNames: { '#name': name },
      ExpressionAttributeValues: { ':value': value },
    }),
  );
}

/** Fills an order up to DynamoDB's limit of 400 KB for an item, so that no update that adds to it succeeds. */
async function fatten(shop: OrderFixture, id: string): Promise<void> {
  for (let size = 400 * 1024; size > 0; size -= 20) {
    try {
      await setAttribute(shop, id, 'filler', 'x'.repeat(size));
      return;
    } catch (error) {
      if (!(error instanceof Error) || error.name !== 'ValidationException') throw error;
    }
  }
}
