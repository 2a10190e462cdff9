import { transact } from '../platform/transaction.ts';
import type { ProductStores } from './product-deps.ts';
import type { ShardUnits, Transfer } from './stock-store.ts';

type TransferDeps = Pick<ProductStores, 'documents' | 'stock'>;

/**
 * Transfers unsold units from one shard of a product to another, all of them or none.
 *
 * @returns whether the units were transferred; not if the shard has too few left, or on a conflict
 */
export async function transferStock({ documents, stock }: TransferDeps, transfer: Transfer): Promise<boolean> {
  const writes = stock.transferActions(transfer).map((action) => ({ action, failure: () => 'too_few_units' }));
  return (await transact(documents, writes)).committed;
}

/**
 * Transfers an order's units into one shard per product, so that the order fits into one transaction. Skips transfers
 * that fail; the caller reads the shards again and plans with what it finds.
 */
export async function consolidateStock(deps: TransferDeps, allocations: readonly ShardUnits[]): Promise<void> {
  const targets = new Map<string, number>();
  for (const { product_id, shard, quantity } of allocations) {
    const to = targets.get(product_id);
    if (to === undefined) targets.set(product_id, shard);
    else await transferStock(deps, { product_id, from: shard, to, quantity });
  }
}
