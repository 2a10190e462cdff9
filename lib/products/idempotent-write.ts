import { DomainError } from '../errors.ts';
import type { Idempotency } from '../platform/idempotency.ts';
import type { TransactionWrite } from '../platform/transaction.ts';
import type { StockedProduct } from './product.ts';
import type { ProductDeps } from './product-deps.ts';
import { readAfterWrite } from './read-after-write.ts';

export interface WrittenProduct extends StockedProduct {
  /** Whether an earlier request with the same idempotency key made the change. */
  readonly replayed: boolean;
}

/**
 * Returns the write that records the request's idempotency key, to be added to the transaction that carries the request
 * out; nothing for a request without a key.
 */
export type RecordKey = (written: {
  readonly product_id: string;
  readonly units_added: number;
}) => readonly TransactionWrite<'key_used'>[];

/**
 * Runs a seller's write at most once per idempotency key, even if requests race or a response is lost. A retry returns
 * the product as it is now. A failed write does not use up the key.
 *
 * @param write adds what `recordKey` returns to its transaction
 * @throws {DomainError} `idempotency_key_reused` when the key belongs to another request; whatever `write` throws
 */
export async function idempotentWrite(
  deps: Pick<ProductDeps, 'products' | 'inventory'>,
  {
    idempotency,
    write,
  }: {
    readonly idempotency: Idempotency | undefined;
    readonly write: (recordKey: RecordKey) => Promise<StockedProduct>;
  },
): Promise<WrittenProduct> {
  if (idempotency === undefined) return { ...(await write(() => [])), replayed: false };
  const { products } = deps;
  try {
    const recordKey: RecordKey = (written) => [
      { action: products.putKeyAction({ ...idempotency, ...written }), failure: () => 'key_used' },
    ];
    return { ...(await write(recordKey)), replayed: false };
  } catch (error) {
    // Whatever the error, this request or an earlier one with the key may have been carried out.
    const used = await products.getKey(idempotency.id);
    if (used === undefined) throw error;
    if (used.fingerprint !== idempotency.fingerprint) throw new DomainError('idempotency_key_reused');
    return { ...(await readAfterWrite(deps, used.product_id)), replayed: true };
  }
}
