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

/** Orders to confirm in one transaction. */
export interface PlannedTransaction<O extends OpenOrder = OpenOrder> {
  readonly orders: AllocatedOrder<O>[];
  writtenItems(): ReadonlySet<string>;
}

export interface Plan<O extends OpenOrder = OpenOrder> {
  readonly transactions: PlannedTransaction<O>[];
  /** Orders that the snapshots cannot serve. */
  readonly rejections: PlannedRejection<O>[];
  /** Orders that need a new read before they can be planned. */
  readonly needsRead: O[];
  /** Orders whose units are spread over more shards than one transaction can write. */
  readonly tooManyShards: AllocatedOrder<O>[];
}

/**
 * Allocates shards to orders and groups the orders into transactions.
 *
 * Guarantees: an order is allocated completely or not at all. No shard gives more units than were read. A transaction
 * has at most 100 actions and writes no item twice. An order is rejected only if the snapshots could not serve it even
 * as the first one.
 *
 * @param orders served first come, first served
 * @param shardOffset in [0, 1): where the search for stock starts; give concurrent callers different values
 * @param bought units by `purchaseKey`, where they are known
 */
export function planOrders<O extends OpenOrder>(
  orders: readonly O[],
  snapshots: StockSnapshots,
  shardOffset: number,
  bought: Units = new Map(),
): Plan<O> {
  const plan: Plan<O> = { transactions: [], rejections: [], needsRead: [], tooManyShards: [] };
  const context = { snapshots, bought, planned: new Map<string, number>() };
  const addPlanned = (key: string, units: number) => {
    context.planned.set(key, (context.planned.get(key) ?? 0) + units);
  };
  let transaction = openTransaction<O>(shardOffset, 0);
  for (const order of orders) {
    let outcome = allocate(order, context, transaction);
    if ('allocations' in outcome && !transaction.fits(outcome) && transaction.orders.length > 0) {
      plan.transactions.push(transaction);
      transaction = openTransaction<O>(shardOffset, plan.transactions.length);
      outcome = allocate(order, context, transaction);
    }
    if ('reason' in outcome) plan.rejections.push(outcome);
    else if ('needsRead' in outcome) plan.needsRead.push(order);
    else if (!transaction.fits(outcome)) plan.tooManyShards.push(outcome);
    else {
      transaction.add(outcome);
      for (const { product_id, shard, quantity } of outcome.allocations)
        addPlanned(shardId(product_id, shard), quantity);
      for (const { product_id, quantity } of outcome.counted)
        addPlanned(purchaseKey(order.customerId, product_id), quantity);
    }
  }
  if (transaction.orders.length > 0) plan.transactions.push(transaction);
  return plan;
}

/** Starts a transaction that orders can be added to. Its search for stock prefers shards that it writes anyway. */
function openTransaction<O extends OpenOrder>(shardOffset: number, index: number) {
  const orders: AllocatedOrder<O>[] = [];
  /** Items that several orders write with one action: shards, and the purchases of a customer. */
  const shared = new Set<string>();
  /** Items that one order writes. */
  const own = new Set<string>();
  const sharedOf = ({ order, allocations, counted }: AllocatedOrder<O>) => [
    ...allocations.map(({ product_id, shard }) => shardId(product_id, shard)),
    ...(counted.length === 0 ? [] : [`purchases ${order.customerId}`]),
  ];

  return {
    orders,
    writtenItems: () => shared.union(own),
    prefers: (id: string): boolean => shared.has(id),
    start: (count: number): number => (Math.floor(shardOffset * count) + index) % count,

    fits(allocated: AllocatedOrder<O>): boolean {
      const { writtenItems } = allocated.order;
      if (writtenItems.some((item) => own.has(item))) return false;
      const updates = new Set([...shared, ...sharedOf(allocated)]).size;
      return updates + own.size + writtenItems.length <= maxTransactionActions;
    },

    add(allocated: AllocatedOrder<O>): void {
      orders.push(allocated);
      for (const key of sharedOf(allocated)) shared.add(key);
      for (const item of allocated.order.writtenItems) own.add(item);
    },
  };
}
