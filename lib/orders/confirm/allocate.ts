import { type StockShard, stockOf } from '../../products/product.ts';
import { type OrderLine, type RejectionReason, shortOf, totalOf } from '../order.ts';
import {
  type AllocatedOrder,
  type CountedUnits,
  type OpenOrder,
  type PlannedRejection,
  purchaseKey,
  type RequestedLine,
  type StockSnapshot,
  type StockSnapshots,
  type Units,
  type VersionedAllocation,
} from './allocation.ts';

/** What is known when one order is placed. */
export interface AllocationContext {
  readonly snapshots: StockSnapshots;
  /** Units that customers are known to have bought of products with a limit. */
  readonly bought: Units;
  /** Units that earlier orders of the same plan take, and that their customers buy. */
  readonly planned: Units;
}

/** Where the selector for stock begins. */
export interface ShardSelector {
  /** Shards that are updated anyway come first. */
  prefers(shardId: string): boolean;
  /** Then all others, round from here. */
  start(count: number): number;
}

/** Units of one shard, and its purchase limit. */
interface ShardUnits {
  readonly allocation: Omit<VersionedAllocation, 'product_id'>;
  readonly limit: number | undefined;
}

type LineOutcome =
  | { readonly allocations: readonly ShardUnits[]; readonly unit_price: number }
  | { readonly reason: RejectionReason; readonly available: number }
  | { readonly needsRead: true };

const needsRead = { needsRead: true } as const;

/** Finds the shards that serve one order, beside what is planned already; wholly, or not at all. */
export function allocate<C extends OpenOrder>(
  order: C,
  context: AllocationContext,
  selector: ShardSelector,
): AllocatedOrder<C> | PlannedRejection<C> | { readonly needsRead: true } {
  const allocations: VersionedAllocation[] = [];
  const lines: OrderLine[] = [];
  const counted: CountedUnits[] = [];
  const rejected: { line: RequestedLine; reason: RejectionReason; available: number }[] = [];
  let doubtful = false;
  for (const line of order.lines) {
    const { product_id, quantity } = line;
    const snapshot = context.snapshots.get(product_id);
    const outcome = allocateLine(order.customer_id, line, snapshot, context, selector);
    if ('reason' in outcome) rejected.push({ line, ...outcome });
    else if ('needsRead' in outcome || snapshot === undefined) doubtful = true;
    else {
      const { unit_price } = outcome;
      lines.push({ product_id, name: snapshot.product.name, quantity, unit_price });
      for (const { allocation } of outcome.allocations) allocations.push({ product_id, ...allocation });
      const limit = lowestLimit(outcome.allocations);
      if (limit !== undefined) counted.push({ product_id, quantity, limit });
    }
  }
  const [first] = rejected;
  if (first !== undefined) {
    const short = rejected
      .filter(({ reason }) => reason === first.reason)
      .map(({ line, available }) => shortOf(line, available));
    return { order, reason: first.reason, short };
  }
  if (doubtful) return needsRead;
  const { expected_total } = order;
  if (expected_total !== undefined && totalOf(lines) !== expected_total) {
    const isRead = ({ product_id }: RequestedLine) => context.snapshots.get(product_id)?.shards !== undefined;
    return order.lines.every(isRead) ? { order, reason: 'price_changed', short: [] } : needsRead;
  }
  return { order, lines, allocations, counted };
}

function allocateLine(
  customerId: string,
  line: RequestedLine,
  snapshot: StockSnapshot | undefined,
  { bought, planned }: AllocationContext,
  selector: ShardSelector,
): LineOutcome {
  if (snapshot === undefined) return { reason: 'product_unavailable', available: 0 };
  const { product, shards } = snapshot;
  const { product_id, quantity, unit_price } = line;
  const key = purchaseKey(customerId, product_id);
  const room = (limit = Number.POSITIVE_INFINITY) => limit - (bought.get(key) ?? 0);
  if (shards === undefined) {
    // What was remembered may be old where it speaks against the order: only a read tells.
    if (!product.active || quantity > room(product.limit_per_customer)) return needsRead;
    if (unit_price !== undefined && unit_price !== product.price) return needsRead;
    const { version: product_version, limit_per_customer: limit, price } = product;
    const allocation = { shard: selector.start(product.stock_shards), quantity, product_version };
    return { allocations: [{ allocation, limit }], unit_price: price };
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
    const allocations = allocateFrom(sale, quantity, planned, selector);
    if (allocations === undefined) continue;
    // Beside what the customer's earlier orders of this plan buy, or by a limit that is on its way.
    if (quantity > room(lowestLimit(allocations)) - (planned.get(key) ?? 0)) return needsRead;
    return { allocations, unit_price: at };
  }
  const stock = stockOf(shards);
  if (stock < quantity) return { reason: 'out_of_stock', available: stock };
  if (unit_price !== undefined && unit_price !== product.price) {
    return { reason: 'price_changed', available: stock };
  }
  // Orders before it are planned to take the units, or the shards do not agree on the price yet.
  return needsRead;
}

/** Of the limits that the shards of one line have; undefined where none of them has one. */
function lowestLimit(allocations: readonly ShardUnits[]): number | undefined {
  const limits = allocations.flatMap(({ limit }) => limit ?? []);
  return limits.length === 0 ? undefined : Math.min(...limits);
}

/** From one shard where one has enough, else from as few as possible. */
function allocateFrom(
  shards: readonly StockShard[],
  quantity: number,
  planned: Units,
  selector: ShardSelector,
): readonly ShardUnits[] | undefined {
  const left = ({ shard_id, stock }: StockShard) => stock - (planned.get(shard_id) ?? 0);
  const take = (
    { shard, product_version, limit_per_customer: limit }: StockShard,
    quantity: number,
  ): ShardUnits => ({ allocation: { shard, quantity, product_version }, limit });
  const start = selector.start(Math.max(1, shards.length));
  const inOrder = [...shards.slice(start), ...shards.slice(0, start)];
  const enough = (shard: StockShard) => left(shard) >= quantity;
  const one =
    inOrder.find((shard) => selector.prefers(shard.shard_id) && enough(shard)) ?? inOrder.find(enough);
  if (one !== undefined) return [take(one, quantity)];

  const allocations: ShardUnits[] = [];
  let missing = quantity;
  for (const shard of [...shards].sort((a, b) => left(b) - left(a))) {
    const units = Math.min(missing, left(shard));
    if (units <= 0) break;
    allocations.push(take(shard, units));
    missing -= units;
  }
  return missing === 0 ? allocations : undefined;
}
