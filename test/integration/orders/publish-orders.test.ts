import type { DynamoDBBatchResponse, DynamoDBRecord } from 'aws-lambda';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import * as z from 'zod/mini';
import type { Order } from '../../../lib/orders/order.ts';
import { deliverBatch } from '../../../localstack/deliver-batch.ts';
import { type Entry, type FakeEventBus, startFakeEventBus } from '../../support/fakes/fake-event-bus.ts';
import { contextOf, orderOf } from '../../support/fixtures/domain-builders.ts';
import { recordOf } from '../../support/fixtures/stream-records.ts';
import { environment } from '../../support/services/environment.ts';

const detail = z.object({ event_id: z.string(), order: z.object({ id: z.string() }) });
const idsOf = (entries: readonly Entry[]) =>
  entries.map(({ Detail }) => detail.parse(JSON.parse(Detail)).event_id).sort();

const confirmed = (count: number) => Array.from({ length: count }, () => orderOf('CONFIRMED'));
const wanted = (orders: readonly Order[]) => orders.map(({ id, status }) => `${id}:${status}`).sort();

describe('publishOrders', () => {
  let bus: FakeEventBus;
  let rejects: (entry: Entry, before: number) => boolean;
  beforeEach(async () => {
    rejects = () => false;
    bus = await startFakeEventBus((entry, before) => rejects(entry, before));
    for (const [name, value] of Object.entries({
      ...environment,
      AWS_ENDPOINT_URL_EVENTBRIDGE: bus.endpoint,
      AWS_REGION: 'eu-central-1',
      AWS_ACCESS_KEY_ID: 'local',
      AWS_SECRET_ACCESS_KEY: 'local',
      POWERTOOLS_LOG_LEVEL: 'SILENT',
      POWERTOOLS_METRICS_DISABLED: 'true',
    }))
      vi.stubEnv(name, value);
  });
  afterEach(async () => {
    vi.unstubAllEnvs();
    await bus.stop();
  });

  /** Delivers a batch to a new container. */
  async function deliverRecords(Records: readonly DynamoDBRecord[]): Promise<DynamoDBBatchResponse> {
    vi.resetModules();
    const { handler } = await import('../../../functions/orders/publish-orders.ts');
    return handler({ Records: [...Records] }, contextOf({ getRemainingTimeInMillis: () => 60_000 }));
  }
  const recordsOf = (images: readonly object[]) => images.map((image, number) => recordOf(String(number), image));
  const deliver = (images: readonly object[]) => deliverRecords(recordsOf(images));

  it('publishes each decided order and no PENDING one', async () => {
    const orders = (['PENDING', 'CONFIRMED', 'REJECTED', 'CANCELLED'] as const).map(orderOf);
    expect(await deliver(orders)).toEqual({ batchItemFailures: [] });
    expect(idsOf(bus.accepted)).toEqual(wanted(orders.slice(1)));
    expect(bus.accepted.map(({ DetailType }) => DetailType)).toEqual([
      'order.confirmed',
      'order.rejected',
      'order.cancelled',
    ]);
    for (const { EventBusName, Source, Time } of bus.accepted)
      expect({ EventBusName, Source, Time }).toEqual({
        EventBusName: 'test-orders',
        Source: 'sellout.orders',
        Time: Date.parse('2025-12-12T00:00:01.000Z') / 1_000,
      });
  });

  it('publishes both states of an order that was confirmed and cancelled in one batch', async () => {
    const order = orderOf('CONFIRMED');
    const states = [order, { ...orderOf('CANCELLED'), id: order.id }];
    await deliver(states);
    expect(idsOf(bus.accepted)).toEqual(wanted(states));
  });

  it('sends at most ten entries per request', async () => {
    const orders = confirmed(25);
    await deliver(orders);
    expect(idsOf(bus.accepted)).toEqual(wanted(orders));
    expect(bus.requests.toSorted((a, b) => b - a)).toEqual([10, 10, 5]);
  });

  it('publishes a redelivered batch with the same event IDs', async () => {
    const orders = confirmed(3);
    await deliver(orders);
    const first = idsOf(bus.accepted.splice(0));
    await deliver(orders);
    expect(idsOf(bus.accepted)).toEqual(first);
  });

  it('retries only the entries that the bus rejected', async () => {
    const orders = confirmed(10);
    rejects = (_, before) => before < 10 && before % 3 === 0;
    await deliver(orders);
    expect(idsOf(bus.accepted)).toEqual(wanted(orders));
    expect(bus.requests).toEqual([10, 4]);
  });

  it('throws if entries stay rejected, and publishes all of them after redelivery', async () => {
    const orders = confirmed(12);
    const unlucky = orders[4]?.id ?? '';
    rejects = ({ Detail }) => detail.parse(JSON.parse(Detail)).order.id === unlucky;
    await expect(deliver(orders)).rejects.toThrow('EventBridge rejected 1 of 12 events: ThrottlingException');
    expect(idsOf(bus.accepted)).toEqual(wanted(orders.filter(({ id }) => id !== unlucky)));

    rejects = () => false;
    await deliver(orders);
    expect([...new Set(idsOf(bus.accepted))]).toEqual(wanted(orders));
  });

  it('publishes the readable records of a batch at once, and only the unreadable one is discarded', async () => {
    const orders = confirmed(6);
    const unreadable = { ...orderOf('CONFIRMED'), lines: 'unreadable' };
    const images = [...orders.slice(0, 4), unreadable, ...orders.slice(4)];
    expect(await deliver(images)).toEqual({ batchItemFailures: [{ itemIdentifier: '4' }] });
    expect(idsOf(bus.accepted)).toEqual(wanted(orders));

    const discarded: DynamoDBRecord[] = [];
    await deliverBatch(recordsOf(images), {
      invoke: deliverRecords,
      sequenceNumberOf: ({ dynamodb }) => dynamodb?.SequenceNumber,
      pause: async () => {},
      isExhausted: () => true,
      discard: (batch) => discarded.push(...batch),
    });
    expect(discarded).toEqual([recordOf('4', unreadable)]);
    expect([...new Set(idsOf(bus.accepted))]).toEqual(wanted(orders));
  });

  it.each([
    ['without decided_at', { decided_at: undefined }],
    ['with an invalid decided_at', { decided_at: 'soon' }],
  ])('publishes the other orders of a batch that has one %s', async (_, changes) => {
    const orders = confirmed(2);
    expect(await deliver([...orders, { ...orderOf('CONFIRMED'), ...changes }])).toEqual({
      batchItemFailures: [{ itemIdentifier: '2' }],
    });
    expect(idsOf(bus.accepted)).toEqual(wanted(orders));
  });

  it('throws if the bus is unavailable', async () => {
    const gone = await startFakeEventBus();
    await gone.stop();
    vi.stubEnv('AWS_ENDPOINT_URL_EVENTBRIDGE', gone.endpoint);
    await expect(deliver(confirmed(1))).rejects.toThrow('ECONNREFUSED');
  });
});
