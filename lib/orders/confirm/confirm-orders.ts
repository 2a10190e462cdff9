import { backoff } from '../../platform/backoff.ts';
import { type StoredItem, type TransactionWrite, transact } from '../../platform/transaction.ts';
import { consolidateStock } from '../../products/gather-units.ts';
import type { Inventory } from '../../products/inventory.ts';
import type { ProductStores } from '../../products/product-stores.ts';
import type { RejectionReason, ShortLine } from '../order.ts';
import type { OrderMetrics } from '../order-metrics.ts';
import type { PurchaseStore } from '../purchase-store.ts';
import type { AllocatedOrder, OpenOrder } from './allocation.ts';
import { checkoutBackoff, maxAttempts } from './checkout-backoff.ts';
import { groupByConflict } from './conflict-groups.ts';
import { createInventorySnapshot, type InventorySnapshot } from './inventory-snapshot.ts';
import { mergePurchaseCounts, mergeStockUpdates } from './merge-writes.ts';
import { type PlannedTransaction, planOrders } from './plan.ts';

/** A order that knows its own writes: one for each of its `items`, on other tables than stock. */
export interface WritableOrder<S> extends OpenOrder {
  writes(allocated: AllocatedOrder): readonly TransactionWrite<S>[];
}

/** What became of an order. `superseded`: a write of its own was refused, so it was decided elsewhere. */
export type Decision<S> =
  | { readonly outcome: 'confirmed'; readonly allocated: AllocatedOrder }
  | { readonly outcome: 'rejected'; readonly reason: RejectionReason; readonly short: readonly ShortLine[] }
  | { readonly outcome: 'condition_failed'; readonly failure: S };

export interface ConfirmDeps extends ProductStores {
  readonly inventory: Inventory;
  readonly purchases: PurchaseStore;
  readonly metrics: OrderMetrics;
}

/** Rounds of planning and executing a batch: some five seconds when all of them meet conflicts. */
const maxRounds = 16;

/**
 * Takes stock and confirms orders, each wholly or not at all. Safe to call again with the same orders.
 *
 * @param orders in arrival order; all of them arrived before the call
 * @param blindly tries a random shard before anything is read: one round trip where stock is plenty. Somebody
 *   waits for it, so it is more persistent than a batch
 * @param lane in [0, 1): where the search for stock begins, until something turns out to be busy
 * @param decisions filled with what is decided, also when the call throws in the end
 * @returns a decision for every order that was decided; the others met contention to the end, and nothing
 *   was written for them
 * @throws what the SDK throws; whether the orders under way were confirmed is then unknown
 */
export async function confirmOrders<S>(
  deps: ConfirmDeps,
  orders: readonly WritableOrder<S>[],
  {
    optimistic,
    shardOffset = Math.random(),
    decisions = new Map<string, Decision<S>>(),
  }: { optimistic: boolean; shardOffset?: number; decisions?: Map<string, Decision<S>> },
): Promise<Map<string, Decision<S>>> {
  const snapshot = createInventorySnapshot(deps.inventory, orders);
  let uncached = optimistic;
  let offset = shardOffset;
  let conflicts = 0;
  const rounds = optimistic ? maxAttempts : maxRounds;
  for (let round = 0; round < rounds && decisions.size < orders.length; round++) {
    const undecided = orders.filter(({ id }) => !decisions.has(id));
    const snapshots = uncached ? await snapshot.cached() : await snapshot.read();
    const plan = planOrders(undecided, snapshots, offset, snapshot.bought);

    for (const { order, reason, short } of plan.rejections) {
      if (reason === 'out_of_stock' && !snapshot.confirmsShortage(short)) continue;
      decisions.set(order.id, { outcome: 'rejected', reason, short });
    }
    const results = await executeAll(deps, plan.transactions, snapshot, decisions);
    for (const { allocations } of plan.tooManyShards) await consolidateStock(deps, allocations);

    // A optimistic attempt is repeated blindly only when nothing was learnt but that something was busy.
    uncached &&= plan.needsRead.length === 0 && results.every(({ stale }) => !stale);
    const busy = results.some((result) => result.contention);
    if (busy) offset = Math.random();
    if (decisions.size === orders.length) break;
    if (busy && optimistic) await checkoutBackoff(++conflicts);
    else if (busy || plan.needsRead.length > 0) await backoff(round);
  }
  return decisions;
}

/** Executes transactions side by side, but one after the other where they write an item in common. */
async function executeAll<S>(
  deps: ConfirmDeps,
  transactions: readonly PlannedTransaction<WritableOrder<S>>[],
  knowledge: InventorySnapshot,
  decisions: Map<string, Decision<S>>,
): Promise<TransactionOutcome[]> {
  const results: TransactionOutcome[] = [];
  const settled = await Promise.allSettled(
    groupByConflict(transactions).map(async (chain) => {
      for (const transaction of chain) results.push(await execute(deps, transaction, knowledge, decisions));
    }),
  );
  const failed = settled.find(({ status }) => status === 'rejected');
  if (failed?.status === 'rejected') throw failed.reason;
  return results;
}

interface TransactionOutcome {
  /** What was known of the stock, the prices or the purchases does not hold. */
  readonly stale: boolean;
  readonly contention: boolean;
}

type Failure<S> = { readonly id: string; readonly by: S } | 'stale';

async function execute<S>(
  deps: ConfirmDeps,
  transaction: PlannedTransaction<WritableOrder<S>>,
  knowledge: InventorySnapshot,
  decisions: Map<string, Decision<S>>,
): Promise<TransactionOutcome> {
  const { orders } = transaction;
  const allocations = deps.stock
    .sellActions(mergeStockUpdates(orders))
    .map((item) => ({ item, failure: (): Failure<S> => 'stale' }));
  const counts = mergePurchaseCounts(orders).map(({ customer_id, counted }) => ({
    item: deps.purchases.countAction(customer_id, counted),
    failure: (old: StoredItem | undefined): Failure<S> => {
      knowledge.recordPurchases(customer_id, counted, old);
      return 'stale';
    },
  }));
  const result = await transact(deps.documents, [...orders.flatMap(ownWrites), ...counts, ...allocations]);
  if (result.committed) {
    for (const allocated of orders) {
      decisions.set(allocated.order.id, { outcome: 'confirmed', allocated });
    }
    knowledge.addPurchases(orders);
    return { stale: false, contention: false };
  }
  if (result.contention) deps.metrics.conflict();
  for (const refusal of result.failures) {
    // The first of an order's own writes that was refused tells most.
    if (refusal === 'stale' || decisions.has(refusal.id)) continue;
    decisions.set(refusal.id, { outcome: 'condition_failed', failure: refusal.by });
  }
  return { stale: result.failures.includes('stale'), contention: result.contention };
}

const ownWrites = <S>(allocated: AllocatedOrder<WritableOrder<S>>): TransactionWrite<Failure<S>>[] =>
  allocated.order.writes(allocated).map(({ item, failure }) => ({
    item,
    failure: (old) => ({ id: allocated.order.id, by: failure(old) }),
  }));
