import { type StockShard, stockOf } from '../../products/product.ts';
import { type OrderLine, type RejectionReason, shortOf, totalOf } from '../order.ts';
import {
  type Candidate,
  type CountedUnits,
  type Placement,
  purchaseKey,
  type Refusal,
  type Supplies,
  type Supply,
  type Units,
  type VersionedTake,
  type WantedLine,
} from './allocation.ts';

/** What is known when one order is placed. */
export interface Situation {
  readonly supplies: Supplies;
  /** Units that customers are known to have bought of products with a limit. */
  readonly bought: Units;
  /** Units that earlier orders of the same plan take, and that their customers buy. */
  readonly planned: Units;
}

/** Where the search for stock begins. */
export interface Search {
  /** Shards that are updated anyway come first. */
  prefers(shardId: string): boolean;
  /** Then all others, round from here. */
  start(count: number): number;
}

/** Units of one shard, and its purchase limit. */
interface ShardTake {
  readonly take: Omit<VersionedTake, 'product_id'>;
  readonly limit: number | undefined;
}

type LineOutcome =
  | { readonly takes: readonly ShardTake[]; readonly unit_price: number }
  | { readonly reason: RejectionReason; readonly available: number }
  | { readonly unsure: true };

const unsure = { unsure: true } as const;

/** Finds the shards that serve one order, beside what is planned already; wholly, or not at all. */
export function allocate<C extends Candidate>(
  candidate: C,
  situation: Situation,
  search: Search,
): Placement<C> | Refusal<C> | { readonly unsure: true } {
  const takes: VersionedTake[] = [];
  const lines: OrderLine[] = [];
  const counted: CountedUnits[] = [];
  const refused: { line: WantedLine; reason: RejectionReason; available: number }[] = [];
  let doubtful = false;
  for (const line of candidate.lines) {
    const { product_id, quantity } = line;
    const supply = situation.supplies.get(product_id);
    const outcome = allocateLine(candidate.customer_id, line, supply, situation, search);
    if ('reason' in outcome) refused.push({ line, ...outcome });
    else if ('unsure' in outcome || supply === undefined) doubtful = true;
    else {
      const { unit_price } = outcome;
      lines.push({ product_id, name: supply.product.name, quantity, unit_price });
      for (const { take } of outcome.takes) takes.push({ product_id, ...take });
      const limit = lowestLimit(outcome.takes);
      if (limit !== undefined) counted.push({ product_id, quantity, limit });
    }
  }
  const [first] = refused;
  if (first !== undefined) {
    const short = refused
      .filter(({ reason }) => reason === first.reason)
      .map(({ line, available }) => shortOf(line, available));
    return { candidate, reason: first.reason, short };
  }
  if (doubtful) return unsure;
  const { expected_total } = candidate;
  if (expected_total !== undefined && totalOf(lines) !== expected_total) {
    const isRead = ({ product_id }: WantedLine) => situation.supplies.get(product_id)?.shards !== undefined;
    return candidate.lines.every(isRead) ? { candidate, reason: 'price_changed', short: [] } : unsure;
  }
  return { candidate, lines, takes, counted };
}

function allocateLine(
  customerId: string,
  line: WantedLine,
  supply: Supply | undefined,
  { bought, planned }: Situation,
  search: Search,
): LineOutcome {
  if (supply === undefined) return { reason: 'product_unavailable', available: 0 };
  const { product, shards } = supply;
  const { product_id, quantity, unit_price } = line;
  const key = purchaseKey(customerId, product_id);
  const room = (limit = Number.POSITIVE_INFINITY) => limit - (bought.get(key) ?? 0);
  if (shards === undefined) {
    // What was remembered may be old where it speaks against the order: only a read tells.
    if (!product.active || quantity > room(product.limit_per_customer)) return unsure;
    if (unit_price !== undefined && unit_price !== product.price) return unsure;
    const { version: product_version, limit_per_customer: limit, price } = product;
    const take = { shard: search.start(product.stock_shards), quantity, product_version };
    return { takes: [{ take, limit }], unit_price: price };
  }
  if (!product.active) return { reason: 'product_unavailable', available: 0 };
  if (quantity > room(product.limit_per_customer)) {
    return { reason: 'limit_exceeded', available: Math.max(0, room(product.limit_per_customer)) };
  }
  // A shard of a later version than the product's was read after a change that the product does not show.
  const offered = shards.filter(
    ({ active, price, product_version }) =>
      active && (unit_price ?? price) === price && product_version <= product.version,
  );
  for (const at of new Set([product.price, ...offered.map(({ price }) => price)])) {
    const sale = offered.filter(({ price }) => price === at);
    const takes = takeFrom(sale, quantity, planned, search);
    if (takes === undefined) continue;
    // Beside what the customer's earlier orders of this plan buy, or by a limit that is on its way.
    if (quantity > room(lowestLimit(takes)) - (planned.get(key) ?? 0)) return unsure;
    return { takes, unit_price: at };
  }
  const stock = stockOf(shards);
  if (stock < quantity) return { reason: 'out_of_stock', available: stock };
  if (unit_price !== undefined && unit_price !== product.price) {
    return { reason: 'price_changed', available: stock };
  }
  // Orders before it are planned to take the units, or the shards do not agree on the price yet.
  return unsure;
}

/** Of the limits that the shards of one line have; undefined where none of them has one. */
function lowestLimit(takes: readonly ShardTake[]): number | undefined {
  const limits = takes.flatMap(({ limit }) => limit ?? []);
  return limits.length === 0 ? undefined : Math.min(...limits);
}

/** From one shard where one has enough, else from as few as possible. */
function takeFrom(
  shards: readonly StockShard[],
  quantity: number,
  planned: Units,
  search: Search,
): readonly ShardTake[] | undefined {
  const left = ({ shard_id, stock }: StockShard) => stock - (planned.get(shard_id) ?? 0);
  const take = (
    { shard, product_version, limit_per_customer: limit }: StockShard,
    quantity: number,
  ): ShardTake => ({ take: { shard, quantity, product_version }, limit });
  const start = search.start(Math.max(1, shards.length));
  const inOrder = [...shards.slice(start), ...shards.slice(0, start)];
  const enough = (shard: StockShard) => left(shard) >= quantity;
  const one =
    inOrder.find((shard) => search.prefers(shard.shard_id) && enough(shard)) ?? inOrder.find(enough);
  if (one !== undefined) return [take(one, quantity)];

  const takes: ShardTake[] = [];
  let missing = quantity;
  for (const shard of [...shards].sort((a, b) => left(b) - left(a))) {
    const units = Math.min(missing, left(shard));
    if (units <= 0) break;
    takes.push(take(shard, units));
    missing -= units;
  }
  return missing === 0 ? takes : undefined;
}
