import { DomainError } from '../errors.ts';
import { backoff } from '../platform/backoff.ts';
import { transact } from '../platform/transaction.ts';
import type { Catalog } from './catalog.ts';
import type { StockedProduct } from './product.ts';
import type { ProductStores } from './product-stores.ts';
import { readProduct, readProductOrDeleted } from './read-product.ts';
import { spread } from './spread.ts';

/** Over how many shards the units go, and how often that is tried, before fewer shards are. */
const widths = [32, 8, 1];
const attemptsPerWidth = 5;

/**
 * Adds units to a product in one transaction: all or none of them. When shards are too busy for a
 * transaction over all of them it narrows to 8 and then to 1, where a gap is found soonest.
 *
 * @throws {DomainError} `product_not_found`; `contention` when even one shard stays busy; nothing was added
 */
export async function addStock(
  stores: ProductStores,
  catalog: Catalog,
  productId: string,
  units: number,
): Promise<StockedProduct> {
  const before = await readProduct(catalog, productId);
  for (const width of widths) {
    for (let attempt = 0; attempt < attemptsPerWidth; attempt++) {
      if (attempt > 0) await backoff(attempt);
      const result = await transact(stores.documents, supplyWrites(stores, before, units, width));
      if (!result.committed && result.refusals.includes('deleted'))
        throw new DomainError('product_not_found');
      // The units are in, also when the product is deleted in the next moment.
      if (result.committed) return readProductOrDeleted(catalog, productId);
    }
  }
  throw new DomainError('contention', { retryAfterSeconds: 1 });
}

function supplyWrites(
  stores: ProductStores,
  { product, shards }: StockedProduct,
  units: number,
  width: number,
) {
  const poorest = [...shards].sort((a, b) => a.stock - b.stock).slice(0, width);
  const supplies = spread(units, poorest.length).flatMap((share, index) => {
    const shard = poorest[index]?.shard;
    if (share === 0 || shard === undefined) return [];
    const item = stores.stock.supplyEntry(product.id, shard, share);
    return [{ item, refused: () => 'shard_missing' }];
  });
  return [{ item: stores.products.existsEntry(product.id), refused: () => 'deleted' }, ...supplies];
}
