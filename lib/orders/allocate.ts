import { type StockShard, stockOf } from '../products/product.ts';
import { type OrderLine, type RejectionReason, shortOf, type Take, totalOf } from './order.ts';
import type { Candidate, Placement, Planned, Refusal, Supplies, Supply, WantedLine } from './placement.ts';

/** Where the search for stock begins. */
export interface Search {
  /** Shards that are updated anyway come first. */
  prefers(shardId: string): boolean;
  /** Then all others, round from here. */
  start(count: number): number;
}

type ShardTake = Pick<Take, 'shard' | 'quantity'>;
type LineOutcome =
  | { readonly takes: readonly ShardTake[]; readonly unit_price: number }
  | { readonly reason: RejectionReason; readonly available: number }
  | { readonly unsure: true };

const unsure = { unsure: true } as const;

/** Finds the shards that serve one order, beside what is planned already; wholly, or not at all. */
export function allocate<C extends Candidate>(
  candidate: C,
  supplies: Supplies,
  planned: Planned,
  search: Search,
): Placement<C> | Refusal<C> | { readonly unsure: true } {
  const takes: Placement['takes'][number][] = [];
  const lines: OrderLine[] = [];
  const counted: string[] = [];
  const refused: { line: WantedLine; reason: RejectionReason; available: number }[] = [];
  let doubtful = false;
  for (const line of candidate.lines) {
    const { product_id, quantity } = line;
    const supply = supplies.get(product_id);
    const outcome = allocateLine(line, supply, planned, search);
    if ('reason' in outcome) refused.push({ line, ...outcome });
    else if ('unsure' in outcome || supply === undefined) doubtful = true;
    else {
      const { unit_price } = outcome;
      lines.push({ product_id, name: supply.product.name, quantity, unit_price });
      for (const take of outcome.takes) takes.push({ product_id, ...take, unit_price });
      if (supply.product.limit_per_customer !== undefined) counted.push(product_id);
    }
  }
  const [first] = refused;
  if (first !== undefined)
    return {
      candidate,
      reason: first.reason,
      short: refused.filter(isFor(first.reason)).map(({ line, available }) => shortOf(line, available)),
    };
  if (doubtful) return unsure;
  const { expected_total } = candidate;
  if (expected_total !== undefined && totalOf(lines) !== expected_total) {
    const known = candidate.lines.every(({ product_id }) => supplies.get(product_id)?.shards !== undefined);
    return known ? { candidate, reason: 'price_changed', short: [] } : unsure;
  }
  return { candidate, lines, takes, counted };
}

const isFor = (reason: RejectionReason) => (entry: { reason: RejectionReason }) => entry.reason === reason;

function allocateLine(
  line: WantedLine,
  supply: Supply | undefined,
  planned: Planned,
  search: Search,
): LineOutcome {
  if (supply === undefined) return { reason: 'product_unavailable', available: 0 };
  const { product, shards } = supply;
  const limit = product.limit_per_customer;
  if (limit !== undefined && line.quantity > limit) {
    return shards === undefined ? unsure : { reason: 'limit_exceeded', available: limit };
  }
  if (shards === undefined) {
    // A promise of another price than the remembered one: only a read tells which of the two is old.
    if (line.unit_price !== undefined && line.unit_price !== product.price) return unsure;
    const take = { shard: search.start(product.stock_shards), quantity: line.quantity };
    return { takes: [take], unit_price: product.price };
  }
  if (!product.active) return { reason: 'product_unavailable', available: 0 };
  const offered = shards.filter(({ active, price }) => active && (line.unit_price ?? price) === price);
  for (const unit_price of new Set([product.price, ...offered.map(({ price }) => price)])) {
    const sale = offered.filter(({ price }) => price === unit_price);
    const takes = takeFrom(sale, line.quantity, planned, search);
    if (takes !== undefined) return { takes, unit_price };
  }
  const stock = stockOf(shards);
  if (stock < line.quantity) return { reason: 'out_of_stock', available: stock };
  if (line.unit_price !== undefined && line.unit_price !== product.price) {
    return { reason: 'price_changed', available: stock };
  }
  // Orders before it are planned to take the units, or the shards do not agree on the price yet.
  return unsure;
}

/** From one shard where one has enough, else from as few as possible. */
function takeFrom(
  shards: readonly StockShard[],
  quantity: number,
  planned: Planned,
  search: Search,
): readonly ShardTake[] | undefined {
  const left = ({ shard_id, stock }: StockShard) => stock - (planned.get(shard_id) ?? 0);
  const start = search.start(Math.max(1, shards.length));
  const inOrder = [...shards.slice(start), ...shards.slice(0, start)];
  const enough = (shard: StockShard) => left(shard) >= quantity;
  const one =
    inOrder.find((shard) => search.prefers(shard.shard_id) && enough(shard)) ?? inOrder.find(enough);
  if (one !== undefined) return [{ shard: one.shard, quantity }];

  const takes: ShardTake[] = [];
  let missing = quantity;
  for (const shard of [...shards].sort((a, b) => left(b) - left(a))) {
    const units = Math.min(missing, left(shard));
    if (units <= 0) break;
    takes.push({ shard: shard.shard, quantity: units });
    missing -= units;
  }
  return missing === 0 ? takes : undefined;
}
