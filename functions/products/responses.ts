import type { Caller } from '../../lib/platform/caller.ts';
import { type Idempotency, idempotencyOf } from '../../lib/platform/idempotency.ts';
import type { WrittenProduct } from '../../lib/products/idempotent-write.ts';
import { etagOf, type StockedProduct, viewOf } from '../../lib/products/product.ts';

/** Returns what identifies a seller's request across its retries; undefined without an Idempotency-Key header. */
export const idempotencyFor = (
  operation: string,
  seller: Caller,
  { 'idempotency-key': key }: { readonly 'idempotency-key'?: string | undefined },
  body: object,
): Idempotency | undefined => (key === undefined ? undefined : idempotencyOf(operation, seller.id, key, body));

export function productResponse(stocked: StockedProduct) {
  const body = viewOf(stocked);
  return { body, headers: { ETag: etagOf(body) } };
}

export function writtenProductResponse(written: WrittenProduct) {
  const { body, headers } = productResponse(written);
  return { body, headers: written.replayed ? { ...headers, 'Idempotent-Replayed': 'true' } : headers };
}

export function newProductResponse(written: WrittenProduct) {
  const { body, headers } = writtenProductResponse(written);
  return { body, headers: { ...headers, Location: `/product/${body.id}` } };
}
