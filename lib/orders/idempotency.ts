import { createHash } from 'node:crypto';
import { DomainError } from '../errors.ts';
import { derivedId } from '../platform/ids.ts';
import type { Order } from './order.ts';

/** An order, and whether it was placed by an earlier request with the same idempotency key. */
export interface PlacedOrder {
  readonly order: Order;
  readonly replayed: boolean;
}

/** What an idempotency key fixes: the order's id, and the request that it belongs to. */
export interface Idempotency {
  readonly order_id: string;
  readonly fingerprint: string;
}

/**
 * @param operation keeps one key from meaning two things
 * @param request with its key; without one there is no idempotency
 */
export function idempotencyOf(
  operation: string,
  request: { readonly customer_id: string; readonly idempotency_key?: string | undefined },
): Idempotency | undefined {
  const { idempotency_key, ...body } = request;
  if (idempotency_key === undefined) return undefined;
  const fingerprint = createHash('sha256')
    .update(JSON.stringify([operation, body]))
    .digest('base64url');
  return { order_id: derivedId(request.customer_id, idempotency_key), fingerprint };
}

/** The order an earlier request made. @throws {DomainError} `idempotency_key_reused` if it asked for something else */
export function replayed(earlier: Order, idempotency: Idempotency | undefined): Order {
  if (idempotency !== undefined && earlier.fingerprint !== idempotency.fingerprint) {
    throw new DomainError('idempotency_key_reused');
  }
  return earlier;
}
