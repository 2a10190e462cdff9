import { DomainError } from '../errors.ts';
import { type Idempotency, idempotencyOf } from '../platform/idempotency.ts';
import type { Order } from './order.ts';

/** An order, and whether an earlier request with the same idempotency key placed it. */
export interface PlacedOrder {
  readonly order: Order;
  readonly replayed: boolean;
}

/**
 * Derives the order's ID and fingerprint from an idempotency key; undefined without a key.
 *
 * @param body what the request asks for. The fingerprint depends on its keys, which must not change between releases
 */
export const orderIdempotencyOf = (
  operation: string,
  { customerId, idempotencyKey }: { readonly customerId: string; readonly idempotencyKey?: string | undefined },
  body: object,
): Idempotency | undefined =>
  idempotencyKey === undefined
    ? undefined
    : idempotencyOf(operation, customerId, idempotencyKey, { customer_id: customerId, ...body });

/**
 * Returns the order of an earlier request with the same ID.
 *
 * @throws {DomainError} `idempotency_key_reused` if the earlier request was a different one
 */
export function replay(earlier: Order, idempotency: Idempotency | undefined): PlacedOrder {
  if (idempotency !== undefined && earlier.fingerprint !== idempotency.fingerprint) {
    throw new DomainError('idempotency_key_reused');
  }
  // Without a key the ID is new: the order is from this request, whose response was lost.
  return { order: earlier, replayed: idempotency !== undefined };
}
