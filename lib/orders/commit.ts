import { backoff } from '../platform/backoff.ts';
import { type StoredItem, type TransactionWrite, transact } from '../platform/transaction.ts';
import type { Catalog } from '../products/catalog.ts';
import { gatherUnits } from '../products/gather-units.ts';
import type { ProductStores } from '../products/product-stores.ts';
import { createKnowledge } from './knowledge.ts';
import type { RejectionReason, ShortLine } from './order.ts';
import type { OrderMetrics } from './order-metrics.ts';
import type { Candidate, Placement, Supplies } from './placement.ts';
import { type Draft, planOrders } from './plan.ts';
import type { PurchaseStore } from './purchase-store.ts';
import { sumTakes } from './sum-takes.ts';

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

/** Rounds of planning and executing: some five seconds when all of them meet conflicts. */
const maxRounds = 16;

/**
 * Takes stock and confirms orders, each wholly or not at all. Safe to call again with the same orders.
 *
 * @param candidates in arrival order; all of them arrived before the call
 * @param blindly tries a random shard before anything is read: one round trip where stock is plenty
 * @param lane in [0, 1): where the search for stock begins, until something turns out to be busy
 * @returns a decision for every order that was decided; the others met contention to the end, and nothing
 *   was written for them
 * @throws what the SDK throws; whether the orders under way were confirmed is then unknown
 */
export async function commit<S>(
  deps: CommitDeps,
  candidates: readonly Committable<S>[],
  { blindly, lane = Math.random() }: { blindly: boolean; lane?: number },
): Promise<Map<string, Decision<S>>> {
  const decisions = new Map<string, Decision<S>>();
  const knowledge = createKnowledge(deps.catalog, candidates);
  let blind = blindly;
  let from = lane;
  for (let round = 0; round < maxRounds && decisions.size < candidates.length; round++) {
    const open = candidates.filter(({ id }) => !decisions.has(id));
    const supplies = blind ? await knowledge.remembered() : await knowledge.read();
    const plan = planOrders(open, supplies, from);

    for (const { candidate, reason, short } of plan.refusals) {
      if (reason === 'out_of_stock' && !knowledge.confirmsShortage(short)) continue;
      decisions.set(candidate.id, { outcome: 'rejected', reason, short });
    }
    const results = await Promise.all(plan.drafts.map((draft) => execute(deps, draft, supplies)));
    for (const { id, decision } of results.flatMap(({ decided }) => decided)) decisions.set(id, decision);
    for (const { takes } of plan.scattered) await gatherUnits(deps, takes);

    // A blind try is repeated blindly only when nothing was learnt but that something was busy.
    blind &&= plan.unsure.length === 0 && results.every(({ stale }) => !stale);
    const busy = results.some((result) => result.busy);
    if (busy) from = Math.random();
    if ((busy || plan.unsure.length > 0) && decisions.size < candidates.length) await backoff(round);
  }
  return decisions;
}

interface DraftResult<S> {
  readonly decided: readonly { readonly id: string; readonly decision: Decision<S> }[];
  /** What was known of the stock, the prices or the limits does not hold. */
  readonly stale: boolean;
  readonly busy: boolean;
}

type Refusal<S> = { readonly id: string; readonly decision: Decision<S> } | 'stale';

async function execute<S>(
  deps: CommitDeps,
  draft: Draft<Committable<S>>,
  supplies: Supplies,
): Promise<DraftResult<S>> {
  const writes = draft.placements.flatMap((placement) => orderWrites(deps, placement, supplies));
  const takes = sumTakes(draft.placements).map(({ product_id, shard, quantity, unit_price }) => ({
    item: deps.stock.takeEntry(product_id, shard, quantity, unit_price),
    refused: (): Refusal<S> => 'stale',
  }));
  const result = await transact(deps.documents, [...writes, ...takes]);
  if (result.committed) {
    const decided = draft.placements.map((placement) => ({
      id: placement.candidate.id,
      decision: { outcome: 'confirmed', placement } as const,
    }));
    return { decided, stale: false, busy: false };
  }
  if (result.busy) deps.metrics.conflict();
  // The first refusal of an order tells most: its own writes come before its purchase counts.
  const decided = new Map<string, { id: string; decision: Decision<S> }>();
  for (const refusal of result.refusals) {
    if (refusal !== 'stale' && !decided.has(refusal.id)) decided.set(refusal.id, refusal);
  }
  return { decided: [...decided.values()], stale: result.refusals.includes('stale'), busy: result.busy };
}

/** The order's own writes, and one that counts what has a purchase limit. */
function orderWrites<S>(
  deps: CommitDeps,
  placement: Placement<Committable<S>>,
  supplies: Supplies,
): TransactionWrite<Refusal<S>>[] {
  const { candidate, lines } = placement;
  const { id, customer_id } = candidate;
  const own = candidate.writes(placement).map(({ item, refused }) => ({
    item,
    refused: (old: StoredItem | undefined): Refusal<S> => ({
      id,
      decision: { outcome: 'superseded', by: refused(old) },
    }),
  }));
  const limited = lines.flatMap(({ product_id, quantity }) => {
    const supply = supplies.get(product_id);
    const limit = supply?.product.limit_per_customer;
    return limit === undefined ? [] : [{ product_id, quantity, limit, read: supply?.shards !== undefined }];
  });
  if (limited.length === 0) return own;
  return [
    ...own,
    {
      item: deps.purchases.countEntry(customer_id, limited),
      refused: (old) => {
        // A limit that is only remembered may have been raised: read before refusing.
        if (limited.some(({ read }) => !read)) return 'stale';
        const short = limited.flatMap(({ product_id, quantity, limit }) => {
          const available = Math.max(0, limit - Number(old?.[product_id] ?? 0));
          return available < quantity ? [{ product_id, requested: quantity, available }] : [];
        });
        return { id, decision: { outcome: 'rejected', reason: 'limit_exceeded', short } };
      },
    },
  ];
}
