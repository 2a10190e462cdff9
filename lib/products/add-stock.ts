import { DomainError } from '../errors.ts';
import { backoff } from '../platform/backoff.ts';
import { type TransactionWrite, transact } from '../platform/transaction.ts';
import { noKey, type RecordKey } from './idempotent-write.ts';
import type { Inventory } from './inventory.ts';
import type { StockedProduct } from './product.ts';
import type { ProductStores } from './product-stores.ts';
import { existing, readAfterWrite } from './read-product.ts';
import { splitEvenly } from './split-evenly.ts';

/** Over how many shards the units go, and how often that is tried, before fewer shards are. */
const widths = [32, 8, 1];
const attemptsPerWidth = 5;

/**
 * Adds units to a product in one transaction: all or none of them. When shards are too busy for a
 * transaction over all of them it narrows to 8 and then to 1, where a gap is found soonest.
 *
 * @param claim of an idempotency key
 * @throws {DomainError} `product_not_found`; `contention` when even one shard stays busy; nothing was added.
 *   `unavailable` when the units were added and the product cannot be read afterwards
 */
export async function addStock(
  stores: ProductStores,
  inventory: Inventory,
  productId: string,
  units: number,
  claim: RecordKey = noKey,
): Promise<StockedProduct> {
  const before = existing(await inventory.read([productId]), productId);
  const own = [
    { item: stores.products.existsCheck(productId), failure: () => 'deleted' as const },
    ...claim({ product_id: productId, units_added: units }),
  ];
  for (const width of widths) {
    for (let attempt = 0; attempt < attemptsPerWidth; attempt++) {
      if (attempt > 0) await backoff(attempt);
      const result = await transact(stores.documents, [
        ...own,
        ...supplyWrites(stores, before, units, width),
      ]);
      if (result.committed) return readAfterWrite(inventory, productId);
      if (result.failures.includes('key_used')) throw new DomainError('idempotency_key_reused');
      if (result.failures.includes('deleted')) throw new DomainError('product_not_found');
    }
  }
  throw new DomainError('contention', { retryAfterSeconds: 1 });
}

function supplyWrites(
  stores: ProductStores,
  { product, shards }: StockedProduct,
  units: number,
  width: number,
): TransactionWrite<'shard_missing'>[] {
  const poorest = [...shards].sort((a, b) => a.stock - b.stock).slice(0, width);
  const supplies = splitEvenly(units, poorest.length).flatMap((share, index) => {
    const shard = poorest[index]?.shard;
    return share === 0 || shard === undefined ? [] : [{ product_id: product.id, shard, quantity: share }];
  });
  return stores.stock.restockActions(supplies).map((item) => ({ item, failure: () => 'shard_missing' }));
}
