import { PutCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { describe, expect, it } from 'vitest';
import { processOrders } from '../../../lib/orders/process-orders.ts';
import { sweepOrders } from '../../../lib/orders/sweep-orders.ts';
import { createOrderFixture, type OrderFixture } from '../../support/fixtures/order-fixtures.ts';

const never = Number.POSITIVE_INFINITY;
const inOneMinute = { now: () => Date.now() + 61_000 };

const ones = (count: number): number[] => Array.from({ length: count }, () => 1);

describe('sweepOrders', () => {
  it('decides orders of a crashed worker in parallel with its redelivered batch', async () => {
    const shop = await createOrderFixture();
    const product = await shop.sell({ stock: 250, stock_shards: 8 });
    const orders = await shop.submit(product, ones(300));

    const results = await Promise.all([
      sweepOrders({ ...shop, clock: inOneMinute }, { deadline: never }),
      sweepOrders({ ...shop.container(), clock: inOneMinute }, { deadline: never }),
      processOrders(shop.container(), { orders, shardOffset: 0 }),
    ]);

    expect(results.slice(0, 2)).toEqual([
      expect.objectContaining({ failures: [] }),
      expect.objectContaining({ failures: [] }),
    ]);
    const { confirmed, orders: stored } = await shop.checkLedger();
    expect(confirmed).toHaveLength(250);
    expect(stored.filter(({ status }) => status === 'PENDING')).toEqual([]);
  });

  it('leaves orders younger than a minute to the worker', async () => {
    const shop = await createOrderFixture();
    const product = await shop.sell();
    const [order] = await shop.submit(product, [1]);

    expect(await sweepOrders(shop, { deadline: never })).toEqual({
      decided: 0,
      failures: [],
      complete: true,
      oldestAgeMs: 0,
    });
    expect(await shop.orders.get(order?.id ?? '')).toMatchObject({ status: 'PENDING' });
  });

  it('reports the age of the oldest order, or undefined after the deadline', async () => {
    const shop = await createOrderFixture();
    const product = await shop.sell({ stock: 50 });
    const orders = await shop.submit(product, ones(12));
    const now = Date.parse(orders[0]?.created_at ?? '') + 200_000;
    const later = { ...shop, clock: { now: () => now } };
    for (const [index, { id }] of orders.entries())
      await setAttribute(shop, id, 'created_at', new Date(now - 90_000 - 1_000 * (index % 7)).toISOString());

    expect(await sweepOrders(later, { deadline: now })).toMatchObject({
      oldestAgeMs: undefined,
      complete: false,
    });
    expect(await sweepOrders(later, { deadline: never })).toMatchObject({
      oldestAgeMs: 96_000,
      complete: true,
    });
    expect((await sweepOrders(later, { deadline: never })).oldestAgeMs).toBe(0);
  });

  it('decides the other orders if one is unreadable', async () => {
    const shop = await createOrderFixture();
    const product = await shop.sell({ stock: 50 });
    const orders = await shop.submit(product, ones(5));
    await setAttribute(shop, orders[2]?.id ?? '', 'total', 'a lot');

    const { decided, failures } = await sweepOrders({ ...shop, clock: inOneMinute }, { deadline: never });

    expect({ decided, failed: failures.map(({ id }) => id) }).toEqual({
      decided: 4,
      failed: [orders[2]?.id],
    });
  });

  it('decides the other orders if an index row is not an order', async () => {
    const shop = await createOrderFixture();
    const product = await shop.sell({ stock: 50 });
    await shop.submit(product, ones(5));
    const created_at = '2020-01-01T00:00:00.000Z';
    await shop.documents.send(
      new PutCommand({ TableName: shop.tables.orders, Item: { id: 'foreign', pending: '7', created_at } }),
    );

    const { decided, failures } = await sweepOrders({ ...shop, clock: inOneMinute }, { deadline: never });

    expect({ decided, failed: failures.map(({ id }) => id) }).toEqual({ decided: 5, failed: ['foreign'] });
  });

  it('counts the decided orders of a group that fails in part', async () => {
    const shop = await createOrderFixture();
    const product = await shop.sell({ stock: 200, stock_shards: 2 });
    // Two transactions are needed. The youngest order cannot be confirmed.
    const orders = await shop.submit(product, ones(101));
    const [{ id } = { id: '' }] = orders;
    await setAttribute(shop, id, 'created_at', new Date(Date.now() + 1_000).toISOString());
    await fillItem(shop, id);
    const inTwoMinutes = { now: () => Date.now() + 120_000 };

    const { decided, failures } = await sweepOrders({ ...shop, clock: inTwoMinutes }, { deadline: never });

    expect({ decided, failed: failures.map((failure) => failure.id) }).toEqual({
      decided: 100,
      failed: [id],
    });
  });

  it('decides the other orders if one cannot be decided', async () => {
    const shop = await createOrderFixture();
    const product = await shop.sell({ stock: 50, stock_shards: 2 });
    const orders = await shop.submit(product, ones(20));
    // One bucket makes one page.
    for (const { id } of orders) await setAttribute(shop, id, 'pending', '7');
    await fillItem(shop, orders[9]?.id ?? '');

    const { decided, failures } = await sweepOrders({ ...shop, clock: inOneMinute }, { deadline: never });

    expect(decided).toBe(19);
    expect(failures).toHaveLength(1);
    const { confirmed } = await shop.checkLedger();
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

/** Fills an order up to DynamoDB's item limit of 400 KB, so that updates that add to it fail. */
async function fillItem(shop: OrderFixture, id: string): Promise<void> {
  for (let size = 400 * 1024; size > 0; size -= 20) {
    try {
      await setAttribute(shop, id, 'filler', 'x'.repeat(size));
      return;
    } catch (error) {
      if (!(error instanceof Error) || error.name !== 'ValidationException') throw error;
    }
  }
}
