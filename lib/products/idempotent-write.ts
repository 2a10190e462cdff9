import { DomainError } from '../errors.ts';
import type { Idempotency } from '../platform/idempotency.ts';
import type { TransactionWrite } from '../platform/transaction.ts';
import type { Inventory } from './inventory.ts';
import type { StockedProduct } from './product.ts';
import type { ProductStores } from './product-stores.ts';
import { readAfterWrite } from './read-product.ts';

/** What a write of a seller brings: its product, and the units. */
interface KeyedWrite {
  readonly product_id: string;
  readonly units_added: number;
}

/** Returns the write that records an idempotency key, for the transaction that carries out its request; none without a key. */
export type RecordKey = (supply: KeyedWrite) => readonly TransactionWrite<'key_used'>[];

export const noKey: RecordKey = () => [];

export interface WrittenProduct {
  readonly stocked: StockedProduct;
  /** Whether an earlier request with the same key has done it. */
  readonly replayed: boolean;
}

/**
 * Runs a write of a seller at most once for each idempotency key, however often and however concurrently it is called,
 * also when an earlier reply was lost. A repeat gives the product as it is now.
 *
 * @param write adds what it is given to its transaction
 * @throws {DomainError} `idempotency_key_reused` when the key stands for another request; whatever `write` throws
 */
export async function idempotentWrite(
  stores: ProductStores,
  inventory: Inventory,
  key: Idempotency | undefined,
  write: (claim: RecordKey) => Promise<StockedProduct>,
): Promise<WrittenProduct> {
  const claim: RecordKey =
    key === undefined
      ? noKey
      : (supply) => [
          { item: stores.products.putKeyAction({ ...key, ...supply }), failure: () => 'key_used' as const },
        ];
  try {
    return { stocked: await write(claim), replayed: false };
  } catch (error) {
    // Whatever it is: an earlier attempt, or this one, may have succeeded all the same.
    const used = key === undefined ? undefined : await stores.products.getKey(key.id);
    if (key === undefined || used === undefined) throw error;
    if (used.fingerprint !== key.fingerprint) throw new DomainError('idempotency_key_reused');
    return { stocked: await readAfterWrite(inventory, used.product_id), replayed: true };
  }
}
