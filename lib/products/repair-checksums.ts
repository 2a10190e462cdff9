import { logger } from '../platform/logger.ts';
import { transact } from '../platform/transaction.ts';
import type { Catalog } from './inventory.ts';
import { isTorn } from './product.ts';
import type { ProductStores } from './product-stores.ts';

/**
 * Sets the checksums of a product to 0 if they do not sum up to 0 and no write is under way. No write of ours leaves
 * them so; a restored or edited table can.
 *
 * @returns whether they were set: not, when a write came in between
 */
export async function mendChecksums(
  { documents, stock }: ProductStores,
  catalog: Catalog,
  productId: string,
): Promise<boolean> {
  const found = (await catalog.read([productId])).get(productId);
  if (found === undefined || found.shards.length === 0 || !isTorn(found.shards)) return false;
  // A write that was read in part changes a checksum when it is written on the other shards, so this is refused then.
  const writes = stock.resetEntries(found.shards).map((item) => ({ item, refused: () => 'changed' }));
  const { committed } = await transact(documents, writes);
  if (committed)
    logger.warn('checksums of a product did not sum up to 0 and are set anew', { product_id: productId });
  return committed;
}
