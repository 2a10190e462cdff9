import { isOnSale, type StockShard, stockOf } from '../../products/product.ts';
import type { VersionedShardUnits } from '../../products/stock-store.ts';
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
} from './allocation.ts';

/** What the planner knows when it allocates one order. */
export interface AllocationContext {
  readonly snapshots: StockSnapshots;
  /** Units that customers have bought of products with a purchase limit, where they are known. */
  readonly bought: Units;
  /** Units that earlier orders of the same plan take from shards and add to purchases. */
  readonly planned: Units;
}

/** The sequence in which shards are tried. */
export interface ShardSelector {
  /** Whether the transaction updates the shard anyway. Such shards come first. */
  prefers(shardId: string): boolean;
  /** The index of the first of `count` other shards. They are tried from there, wrapping around. */
  start(count: number): number;
}

/** Units of one shard, and the purchase limit that the shard has a copy of. */
interface ShardAllocation {
  readonly units: VersionedShardUnits;
  readonly limit: number | undefined;
}

type LineOutcome =
  | { readonly allocations: readonly ShardAllocation[]; readonly unit_price: number }
  | { readonly reason: RejectionReason; readonly available: number }
  | { readonly needsRead: true };

const needsRead = { needsRead: true } as const;

/** Allocates every unit of an order, or nothing. Units that earlier orders of the plan take are not available. */
export function allocate<O extends OpenOrder>(
  order: O,
  context: AllocationContext,
  selector: ShardSelector,
): AllocatedOrder<O> | PlannedRejection<O> | { readonly needsRead: true } {
  const allocations: VersionedShardUnits[] = [];
  const lines: OrderLine[] = [];
  const counted: CountedUnits[] = [];
  const rejected: { line: RequestedLine; reason: RejectionReason; available: number }[] = [];
  let isUncertain = false;
  for (const line of order.lines) {
    const { product_id, quantity } = line;
    const snapshot = context.snapshots.get(product_id);
    const outcome = allocateLine(order, line, snapshot, context, selector);
    if ('reason' in outcome) rejected.push({ line, ...outcome });
    else if ('needsRead' in outcome || snapshot === undefined) isUncertain = true;
    else {
      const { unit_price } = outcome;
      lines.push({ product_id, name: snapshot.product.name, quantity, unit_price });
      allocations.push(...outcome.allocations.map(({ units }) => units));
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
  if (isUncertain) return needsRead;
  const { expectedTotal } = order;
  if (expectedTotal !== undefined && totalOf(lines) !== expectedTotal) {
    const isRead = ({ product_id }: RequestedLine) => context.snapshots.get(product_id)?.shards !== undefined;
    return order.lines.every(isRead) ? { order, reason: 'price_changed', short: [] } : needsRead;
  }
  return { order, lines, allocations, counted };
}

function allocateLine(
  { customerId, currency }: OpenOrder,
  line: RequestedLine,
  snapshot: StockSnapshot | undefined,
  { bought, planned }: AllocationContext,
  selector: ShardSelector,
): LineOutcome {
  if (snapshot === undefined) return { reason: 'product_unavailable', available: 0 };
  const { product, shards } = snapshot;
  const { product_id, quantity, unit_price } = line;
  const key = purchaseKey(customerId, product_id);
  const roomWithin = (limit = Number.POSITIVE_INFINITY) => limit - (bought.get(key) ?? 0);
  if (shards === undefined) {
    // Cached data can be stale. It never rejects an order: read first.
    if (!isOnSale(product, currency) || quantity > roomWithin(product.limit_per_customer)) return needsRead;
    if (unit_price !== undefined && unit_price !== product.price) return needsRead;
    const { version: product_version, limit_per_customer: limit, price } = product;
    const units = { product_id, shard: selector.start(product.stock_shards), quantity, product_version };
    return { allocations: [{ units, limit }], unit_price: price };
  }
  if (!isOnSale(product, currency)) return { reason: 'product_unavailable', available: 0 };
  if (quantity > roomWithin(product.limit_per_customer)) {
    return { reason: 'limit_exceeded', available: Math.max(0, roomWithin(product.limit_per_customer)) };
  }
  // A shard with a later version was read after a change that the snapshot of the product lacks.
  const offered = shards.filter(
    ({ active, price, product_version }) =>
      active && (unit_price ?? price) === price && product_version <= product.version,
  );
  for (const price of new Set([product.price, ...offered.map((shard) => shard.price)])) {
    const samePrice = offered.filter((shard) => shard.price === price);
    const allocations = allocateFrom(samePrice, quantity, planned, selector);
    if (allocations === undefined) continue;
    // The customer's earlier orders of this plan count too, and a new limit may not have reached all shards.
    if (quantity > roomWithin(lowestLimit(allocations)) - (planned.get(key) ?? 0)) return needsRead;
    return { allocations, unit_price: price };
  }
  const stock = stockOf(shards);
  if (stock < quantity) return { reason: 'out_of_stock', available: stock };
  if (unit_price !== undefined && unit_price !== product.price) {
    return { reason: 'price_changed', available: stock };
  }
  // Earlier orders of the plan take the units, or a new price has not reached all shards.
  return needsRead;
}

/** The lowest purchase limit among shards; undefined if none has one. */
function lowestLimit(allocations: readonly ShardAllocation[]): number | undefined {
  const limits = allocations.flatMap(({ limit }) => limit ?? []);
  return limits.length === 0 ? undefined : Math.min(...limits);
}

/** Takes the units from one shard that has enough; otherwise from as few shards as possible. */
function allocateFrom(
  shards: readonly StockShard[],
  quantity: number,
  planned: Units,
  selector: ShardSelector,
): readonly ShardAllocation[] | undefined {
  const left = ({ shard_id, stock }: StockShard) => stock - (planned.get(shard_id) ?? 0);
  const from = (
    { product_id, shard, product_version, limit_per_customer: limit }: StockShard,
    quantity: number,
  ): ShardAllocation => ({ units: { product_id, shard, quantity, product_version }, limit });
  const start = selector.start(Math.max(1, shards.length));
  const inOrder = [...shards.slice(start), ...shards.slice(0, start)];
  const hasEnough = (shard: StockShard) => left(shard) >= quantity;
  const single =
    inOrder.find((shard) => selector.prefers(shard.shard_id) && hasEnough(shard)) ?? inOrder.find(hasEnough);
  if (single !== undefined) return [from(single, quantity)];

  const allocations: ShardAllocation[] = [];
  let missing = quantity;
  for (const shard of [...shards].sort((a, b) => left(b) - left(a))) {
    const units = Math.min(missing, left(shard));
    if (units <= 0) break;
    allocations.push(from(shard, units));
    missing -= units;
  }
  return missing === 0 ? allocations : undefined;
}
