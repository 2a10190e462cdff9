import { transact } from '../platform/transaction.ts';
import type { ProductStores } from './product-stores.ts';
import type { Move } from './stock-store.ts';

/** @returns whether the units were moved; if not, they were sold first or one of the shards was busy */
export async function moveUnits(
  { documents, stock }: ProductStores,
  productId: string,
  move: Move,
): Promise<boolean> {
  const writes = stock.moveEntries(productId, move).map((item) => ({ item, refused: () => 'sold' }));
  return (await transact(documents, writes)).committed;
}
