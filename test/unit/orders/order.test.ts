import { describe, expect, expectTypeOf, it } from 'vitest';
import { orderIdempotencyOf } from '../../../lib/orders/idempotency.ts';
import { type NextStatus, order, orderStatus, type StatusFields, transitions } from '../../../lib/orders/order.ts';
import { orderOf } from '../../support/fixtures/domain-builders.ts';

describe('order', () => {
  it.each(orderStatus.options)('reads a %s item', (status) => {
    const item = orderOf(status);
    expect(order.parse(item)).toEqual(item);
  });

  it('drops attributes that the status does not have', () => {
    const pending = orderOf('PENDING');
    const item = { ...pending, pending: '17', allocations: [], counted: [] };
    expect(order.parse(item)).toEqual(pending);
  });

  it.each([
    ['PENDING', 'lines'],
    ['CONFIRMED', 'decided_at'],
    ['CONFIRMED', 'allocations'],
    ['REJECTED', 'reason'],
    ['CANCELLED', 'cancellation'],
  ] as const)('does not read a %s item without %s', (status, name) => {
    const { [name]: _, ...rest }: Record<string, unknown> = orderOf(status);
    expect(order.safeParse(rest).success).toBe(false);
  });
});

describe('transitions', () => {
  it('end in REJECTED and CANCELLED', () => {
    const final = orderStatus.options.filter((status) => transitions[status].length === 0);
    expect(final).toEqual(['REJECTED', 'CANCELLED']);
  });

  it('type the status changes of the order store', () => {
    expectTypeOf<StatusFields<NextStatus<'CONFIRMED'>>['status']>().toEqualTypeOf<'CANCELLED'>();
    expectTypeOf<StatusFields<NextStatus<'REJECTED'>>>().toBeNever();
  });
});

describe('orderIdempotencyOf', () => {
  // Stored with orders: another value would make retries across a deployment fail.
  it.each([
    ['checkout', { expected_total: 5 }, '9bQyK3otKkBbsKiS3F6ZC2P2kT0Nf8z7RXhTVPqd3a4'],
    ['checkout', { expected_total: undefined }, 'F0CItzyEmvxixY7OqknEO8ncA14n0hzgqFUHOhxElKE'],
    ['submit', { items: [{ id: 'p', quantity: 2 }] }, 'w9Ph1Ylt1dxaRi-vsfy5PSamhuqSPQ9w4QBbxvsZ3WA'],
  ])('keeps the fingerprint of earlier releases: %s %j', (operation, body, fingerprint) => {
    const input = { customerId: 'c', idempotencyKey: 'k' };
    expect(orderIdempotencyOf(operation, input, body)?.fingerprint).toBe(fingerprint);
  });

  it('is undefined without a key', () => {
    expect(orderIdempotencyOf('checkout', { customerId: 'c' }, {})).toBeUndefined();
  });
});
