import { logger } from '../platform/logger.ts';
import { transact } from '../platform/transaction.ts';
import type { Inventory } from './inventory.ts';
import { isTorn } from './product.ts';
import type { ProductStores } from './product-stores.ts';

/**
 * Sets the checksums of a product to 0 if they do not sum up to 0 and no write is under way. No write of ours leaves
 * them so; a restored or edited table can.
 *
 * @returns whether they were set: not, when a write came in between
 */
export async function repairChecksums(
  { documents, stock }: ProductStores,
  inventory: Inventory,
  productId: string,
): Promise<boolean> {
  const found = (await inventory.read([productId])).get(productId);
  if (found === undefined || found.shards.length === 0 || !isTorn(found.shards)) return false;
  // A write that was read in part changes a checksum when it is written on the other shards, so this is refused then.
  const writes = stock.resetChecksumActions(found.shards).map((item) => ({ item, failure: () => 'changed' }));
  const { committed } = await transact(documents, writes);
  if (committed) logger.warn('CHECKSUMS_REPAIRED', { product_id: productId });
  return committed;
}
