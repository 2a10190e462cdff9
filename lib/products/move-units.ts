import { transact } from '../platform/transaction.ts';
import type { ProductStores } from './product-stores.ts';

/** Unsold units that change their shard within one product. */
export interface Move {
  readonly from: number;
  readonly to: number;
  readonly units: number;
}

/** @returns whether the units were moved; if not, they were sold first or one of the shards was busy */
export async function moveUnits(
  { documents, stock }: ProductStores,
  productId: string,
  move: Move,
): Promise<boolean> {
  const result = await transact(documents, [
    { item: stock.withdrawEntry(productId, move.from, move.units), refused: () => 'sold' },
    { item: stock.supplyEntry(productId, move.to, move.units), refused: () => 'missing' },
  ]);
  return result.committed;
}
