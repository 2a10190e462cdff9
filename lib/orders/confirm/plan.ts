import { maxTransactionActions } from '../../platform/transaction.ts';
import { shardId } from '../../products/product.ts';
import { allocate } from './allocate.ts';
import {
  type AllocatedOrder,
  type OpenOrder,
  type PlannedRejection,
  purchaseKey,
  type StockSnapshots,
  type Units,
} from './allocation.ts';

/** Orders that are confirmed in one transaction. */
export interface PlannedTransaction<C extends OpenOrder = OpenOrder> {
  readonly orders: AllocatedOrder<C>[];
  /** The items that it writes. */
  writtenItems(): ReadonlySet<string>;
}

export interface Plan<C extends OpenOrder = OpenOrder> {
  readonly transactions: PlannedTransaction<C>[];
  /** Cannot be placed, by what has been read. */
  readonly rejections: PlannedRejection<C>[];
  /** Cannot be told without reading (again). */
  readonly needsRead: C[];
  /** Would take from more shards than one transaction can: units must be gathered first. */
  readonly tooManyShards: AllocatedOrder<C>[];
}

/**
 * Plans how to place orders: which shards each order takes units from, and which orders go into one transaction.
 * Guarantees: never more from a shard than was read in it; whole orders only; at most 100 actions a transaction,
 * no item twice in one; a refusal only where what was read cannot serve the order even if it came first.
 *
 * @param orders in the order in which they are served
 * @param shardOffset in [0, 1): where the search for a shard begins; give rivals different shard offsets
 * @param bought units by `purchaseKey`, as far as they are known
 */
export function planOrders<C extends OpenOrder>(
  orders: readonly C[],
  snapshots: StockSnapshots,
  shardOffset: number,
  bought: Units = new Map(),
): Plan<C> {
  const plan: Plan<C> = { transactions: [], rejections: [], needsRead: [], tooManyShards: [] };
  const context = { snapshots, bought, planned: new Map<string, number>() };
  const add = (key: string, units: number) => {
    context.planned.set(key, (context.planned.get(key) ?? 0) + units);
  };
  let transaction = openTransaction<C>(shardOffset, 0);
  for (const order of orders) {
    let outcome = allocate(order, context, transaction);
    if ('allocations' in outcome && !transaction.fits(outcome) && transaction.orders.length > 0) {
      plan.transactions.push(transaction);
      transaction = openTransaction<C>(shardOffset, plan.transactions.length);
      outcome = allocate(order, context, transaction);
    }
    if ('reason' in outcome) plan.rejections.push(outcome);
    else if ('needsRead' in outcome) plan.needsRead.push(order);
    else if (!transaction.fits(outcome)) plan.tooManyShards.push(outcome);
    else {
      transaction.add(outcome);
      for (const { product_id, shard, quantity } of outcome.allocations)
        add(shardId(product_id, shard), quantity);
      for (const { product_id, quantity } of outcome.counted) {
        add(purchaseKey(order.customer_id, product_id), quantity);
      }
    }
  }
  if (transaction.orders.length > 0) plan.transactions.push(transaction);
  return plan;
}

/** A transaction that still accepts orders. It looks for stock first in shards that it updates anyway. */
function openTransaction<C extends OpenOrder>(shardOffset: number, index: number) {
  const orders: AllocatedOrder<C>[] = [];
  /** Written once for all orders: shards, and what customers have bought. */
  const shared = new Set<string>();
  /** Written for one order each. */
  const own = new Set<string>();
  const sharedOf = ({ order, allocations, counted }: AllocatedOrder<C>) => [
    ...allocations.map(({ product_id, shard }) => shardId(product_id, shard)),
    ...(counted.length === 0 ? [] : [`purchases ${order.customer_id}`]),
  ];

  return {
    orders,
    writtenItems: () => shared.union(own),
    prefers: (id: string): boolean => shared.has(id),
    start: (count: number): number => (Math.floor(shardOffset * count) + index) % count,

    fits(allocated: AllocatedOrder<C>): boolean {
      const { writtenItems } = allocated.order;
      if (writtenItems.some((item) => own.has(item))) return false;
      const updates = new Set([...shared, ...sharedOf(allocated)]).size;
      return updates + own.size + writtenItems.length <= maxTransactionActions;
    },

    add(allocated: AllocatedOrder<C>): void {
      orders.push(allocated);
      for (const key of sharedOf(allocated)) shared.add(key);
      for (const item of allocated.order.writtenItems) own.add(item);
    },
  };
}
