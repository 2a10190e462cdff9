import { shardId } from '../../products/product.ts';
import type { AllocatedOrder, CountedUnits, VersionedAllocation } from './allocation.ts';

/** One take for each shard, however many orders take from it: a transaction may touch an item once only. */
export function mergeStockUpdates(allocatedOrders: readonly AllocatedOrder[]): VersionedAllocation[] {
  const sums = new Map<string, VersionedAllocation>();
  for (const take of allocatedOrders.flatMap(({ allocations }) => allocations)) {
    const key = shardId(take.product_id, take.shard);
    const sum = sums.get(key);
    if (sum !== undefined && sum.product_version !== take.product_version)
      throw new Error(`two versions of shard ${key}`);
    sums.set(key, { ...take, quantity: (sum?.quantity ?? 0) + take.quantity });
  }
  return [...sums.values()];
}

/** One count for each customer, however many of their orders are placed together. */
export function mergePurchaseCounts(
  allocatedOrders: readonly AllocatedOrder[],
): { readonly customer_id: string; readonly counted: readonly CountedUnits[] }[] {
  const customers = new Map<string, Map<string, CountedUnits>>();
  for (const { order, counted } of allocatedOrders) {
    if (counted.length === 0) continue;
    const products = customers.get(order.customer_id) ?? new Map<string, CountedUnits>();
    customers.set(order.customer_id, products);
    for (const { product_id, quantity, limit } of counted) {
      const sum = products.get(product_id);
      products.set(product_id, {
        product_id,
        quantity: quantity + (sum?.quantity ?? 0),
        limit: Math.min(limit, sum?.limit ?? limit),
      });
    }
  }
  return [...customers].map(([customer_id, products]) => ({ customer_id, counted: [...products.values()] }));
}
