import { marshall } from '@aws-sdk/util-dynamodb';
import type { DynamoDBRecord } from 'aws-lambda';
import { describe, expect, it } from 'vitest';
import type { Order } from '../../../lib/orders/order.ts';
import { newId } from '../../../lib/platform/ids.ts';
import { ordersIn } from '../../../lib/stream/order-records.ts';

const orderOf = (overrides: Partial<Order> = {}): Order => ({
  id: newId(),
  customer_id: newId(),
  status: 'PENDING',
  lines: [{ product_id: newId(), name: 'Keyboard', quantity: 2, unit_price: 100 }],
  total: 200,
  currency: 'USD',
  created_at: '2025-12-12T00:00:00.000Z',
  takes: [],
  counted: [],
  pending: '5',
  ...overrides,
});

/** As the stream writes it; its typing of attribute values is the SDK's but for a name. */
const recordOf = (eventID: string, item: object): DynamoDBRecord =>
  JSON.parse(JSON.stringify({ eventID, eventName: 'INSERT', dynamodb: { NewImage: marshall(item) } }));

describe('ordersIn', () => {
  it('reads the orders of a batch in its order', () => {
    const [first, second] = [orderOf(), orderOf()];
    expect(ordersIn({ Records: [recordOf('1', first), recordOf('2', second)] })).toEqual({
      orders: [first, second],
      unreadable: [],
    });
  });

  it('gives an order once that was delivered twice', () => {
    const order = orderOf();
    expect(ordersIn({ Records: [recordOf('1', order), recordOf('1', order)] }).orders).toEqual([order]);
  });

  it('names what it cannot read and reads the rest', () => {
    const order = orderOf();
    const broken: DynamoDBRecord[] = [
      { eventID: 'no image', eventName: 'INSERT', dynamodb: {} },
      { eventID: 'no change', eventName: 'INSERT' },
      recordOf('no order', { id: newId(), status: 'PENDING' }),
      recordOf('half an order', { ...orderOf(), lines: 'many' }),
    ];
    const { orders, unreadable } = ordersIn({ Records: [...broken, recordOf('fine', order)] });

    expect(orders).toEqual([order]);
    expect(unreadable.map(({ id }) => id)).toEqual(['no image', 'no change', 'no order', 'half an order']);
    for (const { error } of unreadable) expect(error).toBeInstanceOf(Error);
  });
});
