import type { DynamoDBRecord } from 'aws-lambda';
import { describe, expect, it } from 'vitest';
import type { Order } from '../../../lib/orders/order.ts';
import { newId } from '../../../lib/platform/ids.ts';
import { processBatch } from '../../../lib/stream/process-batch.ts';
import { deliverBatch } from '../../../localstack/deliver-batch.ts';
import { createOrderFixture, type OrderFixture } from '../../support/fixtures/order-fixtures.ts';
import { recordOf } from '../../support/fixtures/stream-records.ts';

// Keeps logs out of the test output. Read when the first line is logged.
process.env['POWERTOOLS_LOG_LEVEL'] = 'SILENT';

const ones = (count: number): number[] => Array.from({ length: count }, () => 1);
const recordsOf = (images: readonly object[]) => images.map((image, at) => recordOf(String(100 + at), image));
const unreadable = () => ({ id: newId(), status: 'PENDING', lines: 'unreadable' });

async function statusesOf(shop: OrderFixture, orders: readonly Order[]) {
  return Promise.all(orders.map(async ({ id }) => (await shop.orders.get(id))?.status));
}

/** Delivers a batch as Lambda does, with one retry. @returns the size of each delivered batch, and discarded records */
async function deliver(deps: Parameters<typeof processBatch>[0], records: readonly DynamoDBRecord[]) {
  const sizes: number[] = [];
  const discarded: (readonly DynamoDBRecord[])[] = [];
  await deliverBatch(records, {
    invoke(batch) {
      sizes.push(batch.length);
      return processBatch(deps, { Records: [...batch] }, 0);
    },
    sequenceNumberOf: ({ dynamodb }) => dynamodb?.SequenceNumber,
    pause: async () => {},
    isExhausted: (_, retries) => retries >= 1,
    discard: (batch) => discarded.push(batch),
  });
  return { sizes, discarded };
}

describe('processBatch', () => {
  it('decides the orders before and behind an unreadable record with the first delivery, and reports it', async () => {
    const shop = await createOrderFixture();
    const product = await shop.sell({ stock: 10 });
    const orders = await shop.submit(product, ones(4));
    const Records = recordsOf([...orders.slice(0, 2), unreadable(), ...orders.slice(2)]);

    expect(await processBatch(shop, { Records }, 0)).toEqual({ batchItemFailures: [{ itemIdentifier: '102' }] });

    expect(await statusesOf(shop, orders)).toEqual(orders.map(() => 'CONFIRMED'));
  });

  it('leads to the discarding of unreadable records alone, and redelivery changes nothing', async () => {
    const shop = await createOrderFixture();
    const product = await shop.sell({ stock: 5 });
    const orders = await shop.submit(product, ones(6));
    const records = recordsOf([orders[0], unreadable(), ...orders.slice(1, 5), unreadable(), orders[5]].map(Object));

    const { sizes, discarded } = await deliver(shop, records);

    expect(sizes.slice(0, 2)).toEqual([8, 7]);
    expect(discarded).toEqual([[records[1]], [records[6]]]);
    expect((await shop.checkLedger()).confirmed).toHaveLength(5);
    expect((await statusesOf(shop, orders)).filter((status) => status === 'REJECTED')).toHaveLength(1);
  });

  it('reports the first order of a transaction that failed, decides the others, and decides all after redelivery', async () => {
    const shop = await createOrderFixture();
    const product = await shop.sell({ stock: 1_000, stock_shards: 4 });
    const orders = await shop.submit(product, ones(200));
    const worker = shop.container(({ operation, call }) =>
      operation === 'TransactWriteItems' && call === 2 ? 'timeout_before' : undefined,
    );
    const { batchItemFailures } = await processBatch(worker, { Records: recordsOf(orders) }, 0);

    const statuses = await statusesOf(shop, orders);
    const first = statuses.indexOf('PENDING');
    expect(batchItemFailures).toEqual([{ itemIdentifier: String(100 + first) }]);
    expect(statuses.filter((status) => status === 'CONFIRMED').length).toBeGreaterThan(first);

    const { sizes, discarded } = await deliver(worker, recordsOf(orders).slice(first));
    expect([sizes, discarded]).toEqual([[200 - first], []]);
    expect((await shop.checkLedger()).confirmed).toHaveLength(200);
  });

  it('throws if DynamoDB is unavailable, so that the complete batch fails', async () => {
    const shop = await createOrderFixture();
    const product = await shop.sell({ stock: 10 });
    const orders = await shop.submit(product, ones(3));
    const worker = shop.container(() => 'timeout_before');

    await expect(processBatch(worker, { Records: recordsOf(orders) }, 0)).rejects.toThrow('timeout_before');
    const { sizes, discarded } = await deliver(worker, recordsOf(orders));

    expect(sizes).toEqual([3, 1, 1, 2, 1, 1, 1, 1]);
    expect(discarded.flat()).toHaveLength(3);
    expect(await statusesOf(shop, orders)).toEqual(['PENDING', 'PENDING', 'PENDING']);
  });
});
