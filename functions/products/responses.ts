import type { Caller } from '../../lib/platform/caller.ts';
import { config } from '../../lib/platform/config.ts';
import { type Idempotency, idempotencyOf } from '../../lib/platform/idempotency.ts';
import type { WrittenProduct } from '../../lib/products/idempotent-write.ts';
import { etagOf, type StockedProduct, viewOf } from '../../lib/products/product.ts';

/** What the idempotency key of a seller's request fixes; undefined where none was sent. */
export const keyOf = (
  operation: string,
  caller: Caller,
  { 'idempotency-key': key }: { readonly 'idempotency-key'?: string | undefined },
  body: object,
): Idempotency | undefined =>
  key === undefined ? undefined : idempotencyOf(operation, caller.id, key, body);

/** How every operation shows one product. */
export function productResponse(stocked: StockedProduct) {
  const body = viewOf(stocked, config.currency);
  return { body, headers: { ETag: etagOf(body) } };
}

/** How it shows one that units came to, and says when they came with an earlier request. */
export function writtenProductResponse({ stocked, replayed }: WrittenProduct) {
  const { body, headers } = productResponse(stocked);
  return { body, headers: replayed ? { ...headers, 'Idempotent-Replayed': 'true' } : headers };
}

/** How it shows one that is new. */
export function newProductResponse(supplied: WrittenProduct) {
  const { body, headers } = writtenProductResponse(supplied);
  return { body, headers: { ...headers, Location: `/product/${body.id}` } };
}
