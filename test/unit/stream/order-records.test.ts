import type { DynamoDBRecord } from 'aws-lambda';
import { beforeEach, describe, expect, it, type MockInstance, vi } from 'vitest';
import { newId } from '../../../lib/platform/ids.ts';
import { logger } from '../../../lib/platform/logger.ts';
import { readOrders } from '../../../lib/stream/order-records.ts';
import { orderOf } from '../../support/fixtures/domain-builders.ts';
import { recordOf } from '../../support/fixtures/stream-records.ts';

describe('readOrders', () => {
  const failure = vi.fn();
  let logged: MockInstance<typeof logger.error>;
  beforeEach(() => {
    failure.mockReset();
    logged = vi.spyOn(logger, 'error').mockReturnValue();
    return () => logged.mockRestore();
  });
  const read = (...Records: DynamoDBRecord[]) => readOrders({ Records }, { failure });

  it('reads the orders of a batch in sequence', () => {
    const [first, second] = [orderOf('PENDING'), orderOf('PENDING')];
    const { orders, unreadable } = read(recordOf('1', first), recordOf('2', second));
    expect([...orders.values()]).toEqual([first, second]);
    expect(unreadable.size).toBe(0);
  });

  it('returns unreadable records separately', () => {
    const order = orderOf('PENDING');
    const broken: DynamoDBRecord[] = [
      { eventName: 'INSERT', dynamodb: {} },
      { eventName: 'INSERT' },
      recordOf('not an order', { id: newId(), status: 'PENDING' }),
      recordOf('unknown status', { ...orderOf('PENDING'), status: 'LOST' }),
      recordOf('invalid lines', { ...orderOf('PENDING'), lines: 'many' }),
    ];
    const { orders, unreadable } = read(...broken, recordOf('valid', order));

    expect([...orders.values()]).toEqual([order]);
    expect([...unreadable.keys()]).toEqual(broken);
    for (const error of unreadable.values()) expect(error).toBeInstanceOf(Error);
  });

  it('skips records of deleted items', () => {
    const { orders, unreadable } = read({ eventName: 'REMOVE', dynamodb: { Keys: {} } });
    expect([orders.size, unreadable.size]).toEqual([0, 0]);
  });

  it('logs and counts unreadable records', () => {
    const id = newId();
    read(recordOf('7', { id }), recordOf('8', orderOf('PENDING')));
    expect(failure).toHaveBeenCalledTimes(1);
    expect(logged.mock.calls).toEqual([
      ['STREAM_RECORD_UNREADABLE', { order_id: id, sequence_number: '7', error: expect.any(Error) }],
    ]);
  });
});
