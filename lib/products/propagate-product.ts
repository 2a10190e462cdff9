import { backoff } from '../platform/backoff.ts';
import { type Product, type StockShard, stockOf } from './product.ts';
import type { ProductDeps } from './product-deps.ts';
import type { Transfer } from './stock-store.ts';
import { transferStock } from './transfer-stock.ts';

/** Failed transfers after which a new shard stays empty. Its units still sell from the shards that hold them. */
const maxFailures = 12;

/**
 * Makes every shard follow the product: copies version, price, status and limit, creates the shards that it gained and
 * transfers units to them. Safe to retry and to run concurrently with itself and with sales.
 *
 * @throws {DomainError} `contention` when a shard has conflicts to the end; the product stays propagating
 */
export async function propagateProduct(deps: ProductDeps, product: Product): Promise<void> {
  // Shard 0 comes first: from its version, readers that cached fewer shards learn that there may be more.
  await deps.stock.copyToShard(product, 0);
  const others = Array.from({ length: product.stock_shards - 1 }, (_, index) => index + 1);
  await Promise.all(others.map((shard) => deps.stock.copyToShard(product, shard)));
  await fillNewShards(deps, product.id);
  await deps.products.markPropagated(product.id, product.version);
}

async function fillNewShards(deps: ProductDeps, productId: string): Promise<void> {
  /** Failed transfers by receiving shard. */
  const failures = new Map<number, number>();
  for (;;) {
    const shards = (await deps.inventory.read([productId])).get(productId)?.shards ?? [];
    const transfers = transfersToNewShards(shards, failures);
    if (transfers.length === 0) return;
    const results = await Promise.all(
      transfers.map(async ({ to, ...rest }) => ({ to, done: await transferStock(deps, { to, ...rest }) })),
    );
    const failed = results.filter(({ done }) => !done);
    for (const { to } of failed) failures.set(to, (failures.get(to) ?? 0) + 1);
    if (failed.length > 0) await backoff(Math.max(...failures.values()), 5, 100);
  }
}

/**
 * Plans one transfer to each shard that never held units, from the fullest shards. Every donor gives to one shard and
 * keeps at least an even share; no shard receives more than an even share.
 */
export function transfersToNewShards(
  shards: readonly StockShard[],
  failures: ReadonlyMap<number, number> = new Map(),
): Transfer[] {
  const share = Math.floor(stockOf(shards) / shards.length);
  const isNew = ({ stock, sold }: StockShard) => stock === 0 && sold === 0;
  const receivers = shards.filter((one) => isNew(one) && (failures.get(one.shard) ?? 0) < maxFailures);
  const donors = shards.filter(({ stock }) => stock > share).sort((a, b) => b.stock - a.stock);
  return receivers.flatMap(({ product_id, shard: to }, index) => {
    const donor = donors[index];
    const quantity = donor === undefined ? 0 : Math.min(share, donor.stock - share);
    return donor === undefined || quantity === 0 ? [] : [{ product_id, from: donor.shard, to, quantity }];
  });
}
