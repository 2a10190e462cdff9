import { maxTransactionActions } from '../../platform/transaction.ts';
import { shardId } from '../../products/product.ts';
import { allocate } from './allocate.ts';
import {
  type Candidate,
  type Placement,
  purchaseKey,
  type Refusal,
  type Supplies,
  type Units,
} from './allocation.ts';

/** Placements that become one transaction. */
export interface Draft<C extends Candidate = Candidate> {
  readonly placements: Placement<C>[];
  /** The items that it writes. */
  touches(): ReadonlySet<string>;
}

export interface Plan<C extends Candidate = Candidate> {
  readonly drafts: Draft<C>[];
  /** Cannot be placed, by what has been read. */
  readonly refusals: Refusal<C>[];
  /** Cannot be told without reading (again). */
  readonly unsure: C[];
  /** Would take from more shards than one transaction can: units must be gathered first. */
  readonly scattered: Placement<C>[];
}

/**
 * Plans how to place orders: which shards each takes from, and which orders go into one transaction.
 * Guarantees: never more from a shard than was read in it; whole orders only; at most 100 actions a draft,
 * no item twice in one; a refusal only where what was read cannot serve the order even if it came first.
 *
 * @param candidates in the order in which they are served
 * @param lane in [0, 1): where the search for a shard begins; give rivals different lanes
 * @param bought units by `purchaseKey`, as far as they are known
 */
export function planOrders<C extends Candidate>(
  candidates: readonly C[],
  supplies: Supplies,
  lane: number,
  bought: Units = new Map(),
): Plan<C> {
  const plan: Plan<C> = { drafts: [], refusals: [], unsure: [], scattered: [] };
  const situation = { supplies, bought, planned: new Map<string, number>() };
  const add = (key: string, units: number) => {
    situation.planned.set(key, (situation.planned.get(key) ?? 0) + units);
  };
  let draft = openDraft<C>(lane, 0);
  for (const candidate of candidates) {
    let outcome = allocate(candidate, situation, draft);
    if ('takes' in outcome && !draft.fits(outcome) && draft.placements.length > 0) {
      plan.drafts.push(draft);
      draft = openDraft<C>(lane, plan.drafts.length);
      outcome = allocate(candidate, situation, draft);
    }
    if ('reason' in outcome) plan.refusals.push(outcome);
    else if ('unsure' in outcome) plan.unsure.push(candidate);
    else if (!draft.fits(outcome)) plan.scattered.push(outcome);
    else {
      draft.add(outcome);
      for (const { product_id, shard, quantity } of outcome.takes) add(shardId(product_id, shard), quantity);
      for (const { product_id, quantity } of outcome.counted) {
        add(purchaseKey(candidate.customer_id, product_id), quantity);
      }
    }
  }
  if (draft.placements.length > 0) plan.drafts.push(draft);
  return plan;
}

/** A draft that still takes placements. It looks for stock first in shards that it updates anyway. */
function openDraft<C extends Candidate>(lane: number, index: number) {
  const placements: Placement<C>[] = [];
  /** Written once for all orders: shards, and what customers have bought. */
  const shared = new Set<string>();
  /** Written for one order each. */
  const own = new Set<string>();
  const sharedOf = ({ candidate, takes, counted }: Placement<C>) => [
    ...takes.map(({ product_id, shard }) => shardId(product_id, shard)),
    ...(counted.length === 0 ? [] : [`purchases ${candidate.customer_id}`]),
  ];

  return {
    placements,
    touches: () => shared.union(own),
    prefers: (id: string): boolean => shared.has(id),
    start: (count: number): number => (Math.floor(lane * count) + index) % count,

    fits(placement: Placement<C>): boolean {
      const { items } = placement.candidate;
      if (items.some((item) => own.has(item))) return false;
      const updates = new Set([...shared, ...sharedOf(placement)]).size;
      return updates + own.size + items.length <= maxTransactionActions;
    },

    add(placement: Placement<C>): void {
      placements.push(placement);
      for (const key of sharedOf(placement)) shared.add(key);
      for (const item of placement.candidate.items) own.add(item);
    },
  };
}
