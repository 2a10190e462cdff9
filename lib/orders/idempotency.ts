import { DomainError } from '../errors.ts';
import { type Idempotency, idempotencyOf } from '../platform/idempotency.ts';
import type { Order } from './order.ts';

/** An order, and whether it was placed by an earlier request with the same idempotency key. */
export interface PlacedOrder {
  readonly order: Order;
  readonly replayed: boolean;
}

/** What the key of a request to order fixes; its id is the order's. Without a key there is no idempotency. */
export function orderIdempotencyOf(
  operation: string,
  request: { readonly customer_id: string; readonly idempotency_key?: string | undefined },
): Idempotency | undefined {
  const { idempotency_key, ...body } = request;
  return idempotency_key === undefined
    ? undefined
    : idempotencyOf(operation, request.customer_id, idempotency_key, body);
}

/** The order an earlier request made. @throws {DomainError} `idempotency_key_reused` if it asked for something else */
export function replayed(earlier: Order, idempotency: Idempotency | undefined): Order {
  if (idempotency !== undefined && earlier.fingerprint !== idempotency.fingerprint) {
    throw new DomainError('idempotency_key_reused');
  }
  return earlier;
}
