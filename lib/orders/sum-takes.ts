import { shardId } from '../products/product.ts';
import type { Placement } from './placement.ts';

type PricedTake = Placement['takes'][number];

/** One take for each shard, however many orders take from it: a transaction may touch an item once only. */
export function sumTakes(placements: readonly Placement[]): PricedTake[] {
  const sums = new Map<string, PricedTake>();
  for (const take of placements.flatMap(({ takes }) => takes)) {
    const key = shardId(take.product_id, take.shard);
    const sum = sums.get(key);
    if (sum !== undefined && sum.unit_price !== take.unit_price)
      throw new Error(`two prices for shard ${key}`);
    sums.set(key, { ...take, quantity: (sum?.quantity ?? 0) + take.quantity });
  }
  return [...sums.values()];
}
