import { shardId } from '../products/product.ts';
import type { Placement } from './placement.ts';

type PricedTake = Placement['takes'][number];

/** One take for each shard, however many orders take from it: a transaction may touch an item once only. */
export function sumTakes(placements: readonly Placement[]): PricedTake[] {
  const sums = new Map<string, PricedTake>();
  for (const take of placements.flatMap(({ takes }) => takes)) {
    const key = shardId(take.product_id, take.shard);
    const quantity = (sums.get(key)?.quantity ?? 0) + take.quantity;
    sums.set(key, { ...take, quantity });
  }
  return [...sums.values()];
}
