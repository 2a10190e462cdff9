import { transact } from '../platform/transaction.ts';
import type { ProductStores } from './product-stores.ts';
import type { Transfer } from './stock-store.ts';

/** @returns whether the units were moved; if not, they were sold first or one of the shards was busy */
export async function transferStock(
  { documents, stock }: ProductStores,
  productId: string,
  move: Transfer,
): Promise<boolean> {
  const writes = stock.transferActions(productId, move).map((item) => ({ item, failure: () => 'sold' }));
  return (await transact(documents, writes)).committed;
}
