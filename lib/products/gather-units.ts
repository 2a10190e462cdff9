import { transferStock } from './move-units.ts';
import type { ProductStores } from './product-stores.ts';

/**
 * Moves units that one order needs from several shards of a product into one of them, so that the order
 * fits into one transaction. Moves that meet sales are left out; the caller reads and plans anew.
 */
export async function consolidateStock(
  stores: ProductStores,
  takes: readonly { product_id: string; shard: number; quantity: number }[],
): Promise<void> {
  const into = new Map<string, number>();
  for (const { product_id, shard, quantity } of takes) {
    const to = into.get(product_id);
    if (to === undefined) into.set(product_id, shard);
    else await transferStock(stores, product_id, { from: shard, to, units: quantity });
  }
}
