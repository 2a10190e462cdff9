import type { DynamoDBRecord } from 'aws-lambda';
import { describe, expect, it, vi } from 'vitest';
import type { Order } from '../../../lib/orders/order.ts';
import { newId } from '../../../lib/platform/ids.ts';
import { logger } from '../../../lib/platform/logger.ts';
import { ordersIn, readableOrders } from '../../../lib/stream/order-records.ts';
import { recordOf } from '../../support/stream-records.ts';

const orderOf = (overrides: Partial<Order> = {}): Order => ({
  id: newId(),
  customer_id: newId(),
  status: 'PENDING',
  lines: [{ product_id: newId(), name: 'Keyboard', quantity: 2, unit_price: 100 }],
  total: 200,
  currency: 'USD',
  created_at: '2025-12-12T00:00:00.000Z',
  allocations: [],
  counted: [],
  pending: '5',
  ...overrides,
});

const whole = (order: Order) => order;

describe('ordersIn', () => {
  it('reads the orders of a batch in its order', () => {
    const [first, second] = [orderOf(), orderOf()];
    expect(ordersIn({ Records: [recordOf('1', first), recordOf('2', second)] }, whole)).toEqual({
      read: [first, second],
      unreadable: [],
    });
  });

  it('gives each state of an order that changed twice', () => {
    const confirmed = orderOf({ status: 'CONFIRMED' });
    const cancelled: Order = { ...confirmed, status: 'CANCELLED' };
    const { read } = ordersIn({ Records: [recordOf('1', confirmed), recordOf('2', cancelled)] }, whole);
    expect(read).toEqual([confirmed, cancelled]);
  });

  it('names what it cannot read and reads the rest', () => {
    const order = orderOf();
    const broken: DynamoDBRecord[] = [
      { eventID: 'no image', eventName: 'INSERT', dynamodb: {} },
      { eventID: 'no change', eventName: 'INSERT' },
      recordOf('no order', { id: newId(), status: 'PENDING' }),
      recordOf('half an order', { ...orderOf(), lines: 'many' }),
    ];
    const { read, unreadable } = ordersIn({ Records: [...broken, recordOf('fine', order)] }, whole);

    expect(read).toEqual([order]);
    expect(unreadable.map(({ id }) => id)).toEqual(['no image', 'no change', 'no order', 'half an order']);
    for (const { error } of unreadable) expect(error).toBeInstanceOf(Error);
  });
});

it('passes over orders that were deleted', () => {
  const removed: DynamoDBRecord = { eventID: 'removed', eventName: 'REMOVE', dynamodb: { Keys: {} } };
  expect(ordersIn({ Records: [removed] }, whole)).toEqual({ read: [], unreadable: [] });
});

describe('readableOrders', () => {
  it('logs and counts what it cannot read', () => {
    const order = orderOf();
    const failures: string[] = [];
    const logged = vi.spyOn(logger, 'error').mockReturnValue();
    const metrics = { failure: () => void failures.push('one') };
    const records = [recordOf('broken', { id: 'no order' }), recordOf('fine', order)];

    expect(readableOrders({ Records: records }, metrics, whole).read).toEqual([order]);
    expect(failures).toHaveLength(1);
    expect(logged.mock.calls).toMatchObject([[expect.any(String), { event_id: 'broken' }]]);
    logged.mockRestore();
  });
});
