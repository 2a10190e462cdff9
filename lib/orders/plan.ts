import { maxTransactionActions } from '../platform/transaction.ts';
import { shardId } from '../products/product.ts';
import { allocate } from './allocate.ts';
import type { Candidate, Placement, Planned, Refusal, Supplies } from './placement.ts';

/** Placements that become one transaction. */
export interface Draft<C extends Candidate = Candidate> {
  readonly placements: Placement<C>[];
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
 */
export function planOrders<C extends Candidate>(
  candidates: readonly C[],
  supplies: Supplies,
  lane: number,
): Plan<C> {
  const plan: Plan<C> = { drafts: [], refusals: [], unsure: [], scattered: [] };
  const planned: Planned = new Map();
  let draft = openDraft<C>(lane, 0);
  for (const candidate of candidates) {
    let outcome = allocate(candidate, supplies, planned, draft);
    if ('takes' in outcome && !draft.fits(outcome) && draft.placements.length > 0) {
      plan.drafts.push(draft);
      draft = openDraft<C>(lane, plan.drafts.length);
      outcome = allocate(candidate, supplies, planned, draft);
    }
    if ('reason' in outcome) plan.refusals.push(outcome);
    else if ('unsure' in outcome) plan.unsure.push(candidate);
    else if (!draft.fits(outcome)) plan.scattered.push(outcome);
    else {
      draft.add(outcome);
      for (const { product_id, shard, quantity } of outcome.takes) {
        const key = shardId(product_id, shard);
        planned.set(key, (planned.get(key) ?? 0) + quantity);
      }
    }
  }
  if (draft.placements.length > 0) plan.drafts.push(draft);
  return plan;
}

/** A draft that still takes placements. It looks for stock first in shards that it updates anyway. */
function openDraft<C extends Candidate>(lane: number, index: number) {
  const placements: Placement<C>[] = [];
  const shards = new Set<string>();
  const items = new Set<string>();
  const shardsOf = ({ takes }: Placement<C>) =>
    takes.map(({ product_id, shard }) => shardId(product_id, shard));

  return {
    placements,
    prefers: (id: string): boolean => shards.has(id),
    start: (count: number): number => (Math.floor(lane * count) + index) % count,

    fits(placement: Placement<C>): boolean {
      const own = itemsOf(placement);
      if (own.some((item) => items.has(item))) return false;
      const updates = new Set([...shards, ...shardsOf(placement)]).size;
      return updates + items.size + own.length <= maxTransactionActions;
    },

    add(placement: Placement<C>): void {
      placements.push(placement);
      for (const id of shardsOf(placement)) shards.add(id);
      for (const item of itemsOf(placement)) items.add(item);
    },
  };
}

const itemsOf = ({ candidate, counted }: Placement): readonly string[] =>
  counted.length === 0 ? candidate.items : [...candidate.items, `purchases ${candidate.customer_id}`];
