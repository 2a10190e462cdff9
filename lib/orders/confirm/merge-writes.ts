import { shardId } from '../../products/product.ts';
import type { VersionedShardUnits } from '../../products/stock-store.ts';
import type { AllocatedOrder, CountedUnits } from './allocation.ts';

/** Sums the allocations of orders by shard, because a transaction can write an item only once. */
export function mergeStockUpdates(allocatedOrders: readonly AllocatedOrder[]): VersionedShardUnits[] {
  const sums = new Map<string, VersionedShardUnits>();
  for (const units of allocatedOrders.flatMap(({ allocations }) => allocations)) {
    const key = shardId(units.product_id, units.shard);
    const sum = sums.get(key);
    if (sum !== undefined && sum.product_version !== units.product_version)
      throw new Error(`Two product versions in one update of shard ${key}`);
    sums.set(key, { ...units, quantity: (sum?.quantity ?? 0) + units.quantity });
  }
  return [...sums.values()];
}

/** Sums the counted units of orders by customer and product. */
export function mergePurchaseCounts(
  allocatedOrders: readonly AllocatedOrder[],
): { readonly customerId: string; readonly counted: readonly CountedUnits[] }[] {
  const customers = new Map<string, Map<string, CountedUnits>>();
  for (const { order, counted } of allocatedOrders) {
    if (counted.length === 0) continue;
    const products = customers.get(order.customerId) ?? new Map<string, CountedUnits>();
    customers.set(order.customerId, products);
    for (const { product_id, quantity, limit } of counted) {
      const sum = products.get(product_id);
      products.set(product_id, {
        product_id,
        quantity: quantity + (sum?.quantity ?? 0),
        limit: Math.min(limit, sum?.limit ?? limit),
      });
    }
  }
  return [...customers].map(([customerId, products]) => ({ customerId, counted: [...products.values()] }));
}
