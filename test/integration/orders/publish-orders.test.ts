import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import * as z from 'zod/mini';
import type { Order } from '../../../lib/orders/order.ts';
import { newId } from '../../../lib/platform/ids.ts';
import { type Entry, type FakeEventBus, startFakeEventBus } from '../../support/fakes/fake-event-bus.ts';
import { contextOf } from '../../support/fixtures/domain-builders.ts';
import { recordOf } from '../../support/fixtures/stream-records.ts';
import { environment } from '../../support/services/environment.ts';

const detail = z.object({ event_id: z.string(), order: z.object({ id: z.string() }) });
const idsOf = (entries: readonly Entry[]) =>
  entries.map(({ Detail }) => detail.parse(JSON.parse(Detail)).event_id).sort();

const orderOf = (status: Order['status']): Order => ({
  id: newId(),
  customer_id: newId(),
  status,
  lines: [{ product_id: newId(), name: 'Keyboard', quantity: 2, unit_price: 100 }],
  total: 200,
  currency: 'EUR',
  created_at: '2026-12-12T00:00:00.000Z',
  ...(status === 'PENDING' ? {} : { decided_at: '2026-12-12T00:00:01.000Z' }),
  allocations: [],
  counted: [],
});

const confirmed = (count: number) => Array.from({ length: count }, () => orderOf('CONFIRMED'));
const wanted = (orders: readonly Order[]) => orders.map(({ id, status }) => `${id}:${status}`).sort();

describe('publishOrders', () => {
  let bus: FakeEventBus;
  let refuses: (entry: Entry, before: number) => boolean;
  beforeEach(async () => {
    refuses = () => false;
    bus = await startFakeEventBus((entry, before) => refuses(entry, before));
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

  /** As Lambda delivers a batch to a container of its own. */
  async function deliver(images: readonly object[]): Promise<void> {
    vi.resetModules();
    const { handler } = await import('../../../functions/orders/publish-orders.ts');
    const Records = images.map((image, number) => recordOf(String(number), image));
    await handler({ Records }, contextOf({ getRemainingTimeInMillis: () => 60_000 }));
  }

  /** As Lambda halves a batch that fails. @returns what fails when it is alone, for the queue */
  async function halve(images: readonly object[]): Promise<readonly object[]> {
    try {
      await deliver(images);
      return [];
    } catch {
      if (images.length === 1) return images;
      const middle = Math.ceil(images.length / 2);
      return [...(await halve(images.slice(0, middle))), ...(await halve(images.slice(middle)))];
    }
  }

  it('puts each decided order on the bus and says nothing of PENDING ones', async () => {
    const orders = (['PENDING', 'CONFIRMED', 'REJECTED', 'CANCELLED'] as const).map(orderOf);
    await deliver(orders);
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
        Time: Date.parse('2026-12-12T00:00:01.000Z') / 1_000,
      });
  });

  it('tells of both states of an order that was confirmed and cancelled in one batch', async () => {
    const order = orderOf('CONFIRMED');
    const states: Order[] = [order, { ...order, status: 'CANCELLED' }];
    await deliver(states);
    expect(idsOf(bus.accepted)).toEqual(wanted(states));
  });

  it('sends ten entries a request at most', async () => {
    const orders = confirmed(25);
    await deliver(orders);
    expect(idsOf(bus.accepted)).toEqual(wanted(orders));
    expect(bus.requests.toSorted((a, b) => b - a)).toEqual([10, 10, 5]);
  });

  it('gives the same ids to a batch that is delivered again', async () => {
    const orders = confirmed(3);
    await deliver(orders);
    const first = idsOf(bus.accepted.splice(0));
    await deliver(orders);
    expect(idsOf(bus.accepted)).toEqual(first);
  });

  it('sends again what the bus refused of a request, and that alone', async () => {
    const orders = confirmed(10);
    refuses = (_, before) => before < 10 && before % 3 === 0;
    await deliver(orders);
    expect(idsOf(bus.accepted)).toEqual(wanted(orders));
    expect(bus.requests).toEqual([10, 4]);
  });

  it('throws when entries are refused to the end, and all are on the bus after the next delivery', async () => {
    const orders = confirmed(12);
    const unlucky = orders[4]?.id ?? '';
    refuses = ({ Detail }) => detail.parse(JSON.parse(Detail)).order.id === unlucky;
    await expect(deliver(orders)).rejects.toThrow('EventBridge rejected 1 of 12 events: ThrottlingException');
    expect(idsOf(bus.accepted)).toEqual(wanted(orders.filter(({ id }) => id !== unlucky)));

    refuses = () => false;
    await deliver(orders);
    expect([...new Set(idsOf(bus.accepted))]).toEqual(wanted(orders));
  });

  it('publishes what it can read of a batch and throws for the rest, which halving leaves alone', async () => {
    const orders = confirmed(6);
    const unreadable = { ...orderOf('CONFIRMED'), lines: 'of another release' };
    const images = [...orders.slice(0, 4), unreadable, ...orders.slice(4)];
    await expect(deliver(images)).rejects.toThrow('1 of 7 records cannot be read');
    expect(idsOf(bus.accepted)).toEqual(wanted(orders));

    expect(await halve(images)).toEqual([unreadable]);
    expect([...new Set(idsOf(bus.accepted))]).toEqual(wanted(orders));
  });

  it.each([
    ['without the time of its decision', { decided_at: undefined }],
    ['decided at no time', { decided_at: 'soon' }],
  ])('publishes the others beside an order %s', async (_, changes) => {
    const orders = confirmed(2);
    await expect(deliver([...orders, { ...orderOf('CONFIRMED'), ...changes }])).rejects.toThrow(
      '1 of 3 records cannot be read',
    );
    expect(idsOf(bus.accepted)).toEqual(wanted(orders));
  });

  it('throws when the bus is out of reach', async () => {
    const gone = await startFakeEventBus();
    await gone.stop();
    vi.stubEnv('AWS_ENDPOINT_URL_EVENTBRIDGE', gone.endpoint);
    await expect(deliver(confirmed(1))).rejects.toThrow('ECONNREFUSED');
  });
});
