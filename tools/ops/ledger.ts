import { order, totalOf } from '../../lib/orders/order.ts';
import { createPurchaseStore } from '../../lib/orders/purchase-store.ts';
import type { Documents } from '../../lib/platform/dynamodb.ts';
import { tableNames } from '../../lib/platform/table-names.ts';
import { isTorn, shardId, stockShard } from '../../lib/products/product.ts';
import { itemsOf, pagesOf } from './table-scan.ts';

/**
 * Compares stock, orders and purchase counts, and returns what does not reconcile, one line each. No write may be in flight.
 *
 * Checks that no shard is negative, that checksums sum to 0, that each shard has sold the units that CONFIRMED orders took from
 * it, that each order's total and allocations match its lines, and that customers have counted what they bought. Cannot notice
 * units that were lost together with their shard or their order.
 */
export async function ledgerProblems(documents: Documents, prefix: string): Promise<string[]> {
  const { ordersTable, purchasesTable, stockTable } = tableNames(prefix);
  const problems: string[] = [];
  /** Units by shard, and by customer and product, that CONFIRMED orders account for. */
  const [allocated, counted] = [new Map<string, number>(), new Map<string, number>()];
  const add = (units: Map<string, number>, key: string, quantity: number) =>
    units.set(key, (units.get(key) ?? 0) + quantity);

  for await (const page of pagesOf(documents, ordersTable)) {
    for (const item of page) {
      const one = order.parse(item);
      if (one.total !== totalOf(one.lines)) problems.push(`order ${one.id}: the total is not the sum of its lines`);
      if (one.status !== 'CONFIRMED') continue;
      const own = new Map<string, number>();
      for (const { product_id, shard, quantity } of one.allocations) {
        add(own, product_id, quantity);
        add(allocated, shardId(product_id, shard), quantity);
      }
      for (const { product_id, quantity } of one.lines) {
        if (own.get(product_id) !== quantity) problems.push(`order ${one.id}: allocations of ${product_id} differ`);
        if (one.counted.includes(product_id)) add(counted, `${one.customer_id} ${product_id}`, quantity);
      }
    }
  }

  const shards = (await itemsOf(documents, stockTable)).map((item) => stockShard.parse(item));
  for (const { shard_id, stock, sold } of shards) {
    if (stock < 0 || sold < 0) problems.push(`shard ${shard_id}: ${stock} in stock, ${sold} sold`);
    const units = allocated.get(shard_id) ?? 0;
    if (sold !== units) problems.push(`shard ${shard_id}: ${sold} sold, but ${units} in CONFIRMED orders`);
    allocated.delete(shard_id);
  }
  for (const [id, units] of allocated) problems.push(`shard ${id}: missing, but ${units} in CONFIRMED orders`);
  for (const [id, own] of Map.groupBy(shards, ({ product_id }) => product_id))
    if (isTorn(own)) problems.push(`product ${id}: the checksums do not sum to 0`);

  const { unitsOf } = createPurchaseStore({ table: purchasesTable });
  for await (const page of pagesOf(documents, purchasesTable)) {
    for (const item of page) {
      for (const [product, units] of unitsOf(item)) {
        const key = `${item['customer_id']} ${product}`;
        const expected = counted.get(key) ?? 0;
        if (units !== expected)
          problems.push(`purchases ${key}: ${units} counted, but ${expected} in CONFIRMED orders`);
        counted.delete(key);
      }
    }
  }
  for (const [key, units] of counted) problems.push(`purchases ${key}: none counted, but ${units} in CONFIRMED orders`);
  return problems;
}
