/**
 * The engine that confirms orders. No other code sells stock. It works in rounds until every order has a decision:
 *
 * 1. Get a snapshot of products and shards: cached products and a guessed shard (optimistic), or a consistent read.
 * 2. Plan, without I/O: allocate shards to orders and group the orders into transactions (plan.ts, allocate.ts).
 * 3. Reject orders that the snapshot cannot serve, as out of stock only after two reads (inventory-snapshot.ts).
 * 4. Write the transactions: in sequence if they share an item, otherwise in parallel (conflict-groups.ts).
 * 5. For the next round: read after a failed condition, consolidate scattered stock, back off after a conflict.
 *
 * DynamoDB checks stock, product version, purchase limits and each order's own conditions as it writes, so a plan made
 * from stale data sells nothing. docs/internals/confirming-orders.md explains each step.
 */
import { awaitAll } from '../../platform/await-all.ts';
import { backoff } from '../../platform/backoff.ts';
import { type TransactionWrite, transact } from '../../platform/transaction.ts';
import type { Inventory } from '../../products/inventory.ts';
import type { ProductStores } from '../../products/product-deps.ts';
import { consolidateStock } from '../../products/transfer-stock.ts';
import type { RejectionReason, ShortLine } from '../order.ts';
import type { OrderMetrics } from '../order-metrics.ts';
import type { PurchaseStore } from '../purchase-store.ts';
import type { AllocatedOrder, OpenOrder } from './allocation.ts';
import { checkoutBackoff, maxCheckoutAttempts } from './checkout-backoff.ts';
import { groupByConflict } from './conflict-groups.ts';
import { createInventorySnapshot, type InventorySnapshot } from './inventory-snapshot.ts';
import { mergePurchaseCounts, mergeStockUpdates } from './merge-writes.ts';
import { type PlannedTransaction, planOrders } from './plan.ts';

/** An order that provides its own writes: one for each of its `writtenItems`. */
export interface WritableOrder<Failure> extends OpenOrder {
  writes(allocated: AllocatedOrder): readonly TransactionWrite<Failure>[];
}

/** `condition_failed`: a condition of the order's own writes failed, so another request has decided the order. */
export type Decision<Failure> =
  | { readonly outcome: 'confirmed'; readonly allocated: AllocatedOrder }
  | { readonly outcome: 'rejected'; readonly reason: RejectionReason; readonly short: readonly ShortLine[] }
  | { readonly outcome: 'condition_failed'; readonly failure: Failure };

export interface ConfirmDeps extends ProductStores {
  readonly inventory: Inventory;
  readonly purchases: PurchaseStore;
  readonly metrics: OrderMetrics;
}

export interface ConfirmInput<Failure> {
  /** Oldest first. All of them arrived before the call. */
  readonly orders: readonly WritableOrder<Failure>[];
  /** Starts with a guessed shard instead of a read, which saves a round trip, and retries like a checkout. */
  readonly optimistic: boolean;
  /** In [0, 1): where the search for stock starts. Give concurrent callers different values. A conflict changes it. */
  readonly shardOffset?: number;
  /** Filled as orders are decided, even if the call throws later. */
  readonly decisions?: Map<string, Decision<Failure>>;
}

/** Rounds for a batch: about five seconds if every one ends with a conflict. */
const maxBatchRounds = 16;

/**
 * Confirms or rejects orders. Each order is confirmed completely or not at all. Calling it again with the same orders is
 * safe, because every write is conditional.
 *
 * @returns the decisions by order ID. Orders without one met contention in every round and were not written
 * @throws SDK errors; orders in flight may or may not have been confirmed
 */
export async function confirmOrders<Failure>(
  deps: ConfirmDeps,
  {
    orders,
    optimistic,
    shardOffset = Math.random(),
    decisions = new Map<string, Decision<Failure>>(),
  }: ConfirmInput<Failure>,
): Promise<Map<string, Decision<Failure>>> {
  const snapshot = createInventorySnapshot(deps.inventory, orders);
  const maxRounds = optimistic ? maxCheckoutAttempts : maxBatchRounds;
  let useCache = optimistic;
  let offset = shardOffset;
  let conflicts = 0;
  for (let round = 0; round < maxRounds && decisions.size < orders.length; round++) {
    const undecided = orders.filter(({ id }) => !decisions.has(id));
    const snapshots = useCache ? await snapshot.cached() : await snapshot.read();
    const plan = planOrders(undecided, snapshots, offset, snapshot.bought);

    for (const { order, reason, short } of plan.rejections) {
      if (reason === 'out_of_stock' && !snapshot.confirmsShortage(short)) continue;
      decisions.set(order.id, { outcome: 'rejected', reason, short });
    }
    const results = await writeAll(deps, plan.transactions, snapshot, decisions);
    for (const { allocations } of plan.tooManyShards) await consolidateStock(deps, allocations);

    // Conflicts alone say nothing about the stock: the next attempt can stay optimistic.
    useCache &&= plan.needsRead.length === 0 && results.every(({ stale }) => !stale);
    const contention = results.some((result) => result.contention);
    if (contention) offset = Math.random();
    if (decisions.size === orders.length) break;
    if (contention && optimistic) await checkoutBackoff(++conflicts);
    else if (contention || plan.needsRead.length > 0) await backoff(round);
  }
  return decisions;
}

interface WriteResult {
  /** The stock, the product version or the purchases differ from the snapshot. */
  readonly stale: boolean;
  readonly contention: boolean;
}

async function writeAll<Failure>(
  deps: ConfirmDeps,
  transactions: readonly PlannedTransaction<WritableOrder<Failure>>[],
  snapshot: InventorySnapshot,
  decisions: Map<string, Decision<Failure>>,
): Promise<WriteResult[]> {
  const results: WriteResult[] = [];
  await awaitAll(
    groupByConflict(transactions).map(async (group) => {
      for (const transaction of group) results.push(await write(deps, transaction, snapshot, decisions));
    }),
  );
  return results;
}

/** A condition on stock or purchases that failed, or a condition of one order. */
type WriteFailure<Failure> = 'stale' | { readonly id: string; readonly failure: Failure };

async function write<Failure>(
  deps: ConfirmDeps,
  { orders }: PlannedTransaction<WritableOrder<Failure>>,
  snapshot: InventorySnapshot,
  decisions: Map<string, Decision<Failure>>,
): Promise<WriteResult> {
  const sales = deps.stock
    .sellActions(mergeStockUpdates(orders))
    .map((action) => ({ action, failure: (): WriteFailure<Failure> => 'stale' }));
  const counts = mergePurchaseCounts(orders).map(
    ({ customerId, counted }): TransactionWrite<WriteFailure<Failure>> => ({
      action: deps.purchases.countAction(customerId, counted),
      failure: (stored) => {
        snapshot.recordPurchases(customerId, counted, deps.purchases.unitsOf(stored));
        return 'stale';
      },
    }),
  );
  const result = await transact(deps.documents, [...orders.flatMap(ownWrites), ...counts, ...sales]);
  if (result.committed) {
    for (const allocated of orders) decisions.set(allocated.order.id, { outcome: 'confirmed', allocated });
    snapshot.addPurchases(orders);
    return { stale: false, contention: false };
  }
  if (result.contention) deps.metrics.conflict();
  for (const failed of result.failures) {
    // The first failed condition of an order decides, because it is the most specific.
    if (failed === 'stale' || decisions.has(failed.id)) continue;
    decisions.set(failed.id, { outcome: 'condition_failed', failure: failed.failure });
  }
  return { stale: result.failures.includes('stale'), contention: result.contention };
}

const ownWrites = <Failure>(
  allocated: AllocatedOrder<WritableOrder<Failure>>,
): TransactionWrite<WriteFailure<Failure>>[] =>
  allocated.order.writes(allocated).map(({ action, failure }) => ({
    action,
    failure: (stored) => ({ id: allocated.order.id, failure: failure(stored) }),
  }));
