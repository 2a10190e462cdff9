import type { DynamoDBRecord } from 'aws-lambda';
import { describe, expect, it, vi } from 'vitest';
import { newId } from '../../../lib/platform/ids.ts';
import { logger } from '../../../lib/platform/logger.ts';
import { ordersIn, readOrders } from '../../../lib/stream/order-records.ts';
import { orderOf } from '../../support/fixtures/domain-builders.ts';
import { recordOf } from '../../support/fixtures/stream-records.ts';

describe('ordersIn', () => {
  it('reads the orders of a batch in sequence', () => {
    const [first, second] = [orderOf('PENDING'), orderOf('PENDING')];
    expect(ordersIn({ Records: [recordOf('1', first), recordOf('2', second)] })).toEqual({
      orders: [first, second],
      unreadable: [],
    });
  });

  it('returns each state of an order that changed twice', () => {
    const confirmed = orderOf('CONFIRMED');
    const cancelled = { ...orderOf('CANCELLED'), id: confirmed.id };
    const { orders } = ordersIn({ Records: [recordOf('1', confirmed), recordOf('2', cancelled)] });
    expect(orders).toEqual([confirmed, cancelled]);
  });

  it('returns unreadable records separately', () => {
    const order = orderOf('PENDING');
    const broken: DynamoDBRecord[] = [
      { eventID: 'no image', eventName: 'INSERT', dynamodb: {} },
      { eventID: 'no change', eventName: 'INSERT' },
      recordOf('not an order', { id: newId(), status: 'PENDING' }),
      recordOf('unknown status', { ...orderOf('PENDING'), status: 'LOST' }),
      recordOf('invalid lines', { ...orderOf('PENDING'), lines: 'many' }),
    ];
    const { orders, unreadable } = ordersIn({ Records: [...broken, recordOf('valid', order)] });

    expect(orders).toEqual([order]);
    expect(unreadable.map(({ id }) => id)).toEqual(broken.map(({ eventID }) => eventID));
    for (const { error } of unreadable) expect(error).toBeInstanceOf(Error);
  });

  it('skips records of deleted items', () => {
    const removed: DynamoDBRecord = { eventID: 'removed', eventName: 'REMOVE', dynamodb: { Keys: {} } };
    expect(ordersIn({ Records: [removed] })).toEqual({ orders: [], unreadable: [] });
  });
});

describe('readOrders', () => {
  it('logs and counts unreadable records', () => {
    const order = orderOf('PENDING');
    const failure = vi.fn();
    const logged = vi.spyOn(logger, 'error').mockReturnValue();
    const Records = [recordOf('broken', { id: 'not an order' }), recordOf('valid', order)];

    expect(readOrders({ Records }, { failure }).orders).toEqual([order]);
    expect(failure).toHaveBeenCalledTimes(1);
    expect(logged.mock.calls).toMatchObject([[expect.any(String), { event_id: 'broken' }]]);
    logged.mockRestore();
  });
});
