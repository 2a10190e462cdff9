import { backoff } from '../../platform/backoff.ts';
import { type StoredItem, type TransactionWrite, transact } from '../../platform/transaction.ts';
import { gatherUnits } from '../../products/gather-units.ts';
import type { Catalog } from '../../products/inventory.ts';
import type { ProductStores } from '../../products/product-stores.ts';
import type { RejectionReason, ShortLine } from '../order.ts';
import type { OrderMetrics } from '../order-metrics.ts';
import type { PurchaseStore } from '../purchase-store.ts';
import type { Candidate, Placement } from './allocation.ts';
import { maxAttempts, patience } from './checkout-backoff.ts';
import { chainsOf } from './conflict-groups.ts';
import { createKnowledge, type Knowledge } from './inventory-snapshot.ts';
import { sumPurchases, sumTakes } from './merge-writes.ts';
import { type Draft, planOrders } from './plan.ts';

/** A candidate that knows its own writes: one for each of its `items`, on other tables than stock. */
export interface Committable<S> extends Candidate {
  writes(placement: Placement): readonly TransactionWrite<S>[];
}

/** What became of an order. `superseded`: a write of its own was refused, so it was decided elsewhere. */
export type Decision<S> =
  | { readonly outcome: 'confirmed'; readonly placement: Placement }
  | { readonly outcome: 'rejected'; readonly reason: RejectionReason; readonly short: readonly ShortLine[] }
  | { readonly outcome: 'superseded'; readonly by: S };

export interface CommitDeps extends ProductStores {
  readonly catalog: Catalog;
  readonly purchases: PurchaseStore;
  readonly metrics: OrderMetrics;
}

/** Rounds of planning and executing a batch: some five seconds when all of them meet conflicts. */
const maxRounds = 16;

/**
 * Takes stock and confirms orders, each wholly or not at all. Safe to call again with the same orders.
 *
 * @param candidates in arrival order; all of them arrived before the call
 * @param blindly tries a random shard before anything is read: one round trip where stock is plenty. Somebody
 *   waits for it, so it is more persistent than a batch
 * @param lane in [0, 1): where the search for stock begins, until something turns out to be busy
 * @param decisions filled with what is decided, also when the call throws in the end
 * @returns a decision for every order that was decided; the others met contention to the end, and nothing
 *   was written for them
 * @throws what the SDK throws; whether the orders under way were confirmed is then unknown
 */
export async function commit<S>(
  deps: CommitDeps,
  candidates: readonly Committable<S>[],
  {
    blindly,
    lane = Math.random(),
    decisions = new Map<string, Decision<S>>(),
  }: { blindly: boolean; lane?: number; decisions?: Map<string, Decision<S>> },
): Promise<Map<string, Decision<S>>> {
  const knowledge = createKnowledge(deps.catalog, candidates);
  let blind = blindly;
  let from = lane;
  let conflicts = 0;
  const rounds = blindly ? maxAttempts : maxRounds;
  for (let round = 0; round < rounds && decisions.size < candidates.length; round++) {
    const open = candidates.filter(({ id }) => !decisions.has(id));
    const supplies = blind ? await knowledge.remembered() : await knowledge.read();
    const plan = planOrders(open, supplies, from, knowledge.bought);

    for (const { candidate, reason, short } of plan.refusals) {
      if (reason === 'out_of_stock' && !knowledge.confirmsShortage(short)) continue;
      decisions.set(candidate.id, { outcome: 'rejected', reason, short });
    }
    const results = await executeAll(deps, plan.drafts, knowledge, decisions);
    for (const { takes } of plan.scattered) await gatherUnits(deps, takes);

    // A blind try is repeated blindly only when nothing was learnt but that something was busy.
    blind &&= plan.unsure.length === 0 && results.every(({ stale }) => !stale);
    const busy = results.some((result) => result.busy);
    if (busy) from = Math.random();
    if (decisions.size === candidates.length) break;
    if (busy && blindly) await patience(++conflicts);
    else if (busy || plan.unsure.length > 0) await backoff(round);
  }
  return decisions;
}

/** Executes drafts side by side, but one after the other where they write an item in common. */
async function executeAll<S>(
  deps: CommitDeps,
  drafts: readonly Draft<Committable<S>>[],
  knowledge: Knowledge,
  decisions: Map<string, Decision<S>>,
): Promise<DraftResult[]> {
  const results: DraftResult[] = [];
  const settled = await Promise.allSettled(
    chainsOf(drafts).map(async (chain) => {
      for (const draft of chain) results.push(await execute(deps, draft, knowledge, decisions));
    }),
  );
  const failed = settled.find(({ status }) => status === 'rejected');
  if (failed?.status === 'rejected') throw failed.reason;
  return results;
}

interface DraftResult {
  /** What was known of the stock, the prices or the purchases does not hold. */
  readonly stale: boolean;
  readonly busy: boolean;
}

type Refused<S> = { readonly id: string; readonly by: S } | 'stale';

async function execute<S>(
  deps: CommitDeps,
  draft: Draft<Committable<S>>,
  knowledge: Knowledge,
  decisions: Map<string, Decision<S>>,
): Promise<DraftResult> {
  const { placements } = draft;
  const takes = deps.stock
    .takeEntries(sumTakes(placements))
    .map((item) => ({ item, refused: (): Refused<S> => 'stale' }));
  const counts = sumPurchases(placements).map(({ customer_id, counted }) => ({
    item: deps.purchases.countEntry(customer_id, counted),
    refused: (old: StoredItem | undefined): Refused<S> => {
      knowledge.learnPurchases(customer_id, counted, old);
      return 'stale';
    },
  }));
  const result = await transact(deps.documents, [...placements.flatMap(ownWrites), ...counts, ...takes]);
  if (result.committed) {
    for (const placement of placements) {
      decisions.set(placement.candidate.id, { outcome: 'confirmed', placement });
    }
    knowledge.addPurchases(placements);
    return { stale: false, busy: false };
  }
  if (result.busy) deps.metrics.conflict();
  for (const refusal of result.refusals) {
    // The first of an order's own writes that was refused tells most.
    if (refusal === 'stale' || decisions.has(refusal.id)) continue;
    decisions.set(refusal.id, { outcome: 'superseded', by: refusal.by });
  }
  return { stale: result.refusals.includes('stale'), busy: result.busy };
}

const ownWrites = <S>(placement: Placement<Committable<S>>): TransactionWrite<Refused<S>>[] =>
  placement.candidate.writes(placement).map(({ item, refused }) => ({
    item,
    refused: (old) => ({ id: placement.candidate.id, by: refused(old) }),
  }));
