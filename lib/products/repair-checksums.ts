import { logger } from '../platform/logger.ts';
import { transact } from '../platform/transaction.ts';
import { isTorn } from './product.ts';
import type { ProductDeps } from './product-deps.ts';

/**
 * Resets a product's checksums to 0 if their sum is not 0 and no write is in flight. Sellout never leaves them so,
 * but a restored or edited table can. See `isTorn`.
 *
 * @returns whether the checksums were reset
 */
export async function repairChecksums(
  { documents, stock, inventory }: ProductDeps,
  productId: string,
): Promise<boolean> {
  const found = (await inventory.read([productId])).get(productId);
  if (found === undefined || found.shards.length === 0 || !isTorn(found.shards)) return false;
  // If the read was torn instead, the write in flight changes a checksum that was read, and this condition fails.
  const writes = stock.resetChecksumActions(found.shards).map((action) => ({ action, failure: () => 'changed' }));
  const { committed } = await transact(documents, writes);
  if (committed) logger.warn('CHECKSUMS_REPAIRED', { product_id: productId });
  return committed;
}
