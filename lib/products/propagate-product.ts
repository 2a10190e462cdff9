import { backoff } from '../platform/backoff.ts';
import type { Inventory } from './inventory.ts';
import { transferStock } from './move-units.ts';
import { type Product, type StockedProduct, type StockShard, stockOf } from './product.ts';
import type { ProductStores } from './product-stores.ts';
import type { Transfer } from './stock-store.ts';

/** A move that meets orders is tried again this often; units left unmoved still sell from where they are. */
const movesPerShard = 12;

/**
 * Makes every shard of a product agree with it: price and active flag, shards that it gained, units for
 * those. Safe to repeat and to run beside itself and beside sales, so a sweep finishes what died halfway.
 *
 * @throws {DomainError} `contention` when a shard stays busy; the product stays marked as propagating
 */
export async function propagateProduct(
  stores: ProductStores,
  inventory: Inventory,
  product: Product,
): Promise<void> {
  // The first one first: a reader that knows of fewer shards learns from it that there may be more.
  await stores.stock.copyToShard(product, 0);
  const others = Array.from({ length: product.stock_shards - 1 }, (_, index) => index + 1);
  await Promise.all(others.map((shard) => stores.stock.copyToShard(product, shard)));
  await fillNewShards(stores, inventory, product.id);
  await stores.products.markPropagated(product.id, product.version);
}

/** Moves units pairwise, each move a transaction, from the fullest shards to those that never held any. */
async function fillNewShards(stores: ProductStores, inventory: Inventory, productId: string): Promise<void> {
  const busy = new Map<number, number>();
  for (;;) {
    const stocked = (await inventory.read([productId])).get(productId);
    const moves = stocked === undefined ? [] : movesFor(stocked, busy);
    if (moves.length === 0) return;
    const results = await Promise.all(moves.map((move) => transferStock(stores, productId, move)));
    for (const [index, moved] of results.entries()) {
      const to = moves[index]?.to;
      if (!moved && to !== undefined) busy.set(to, (busy.get(to) ?? 0) + 1);
    }
    if (results.includes(false)) await backoff(Math.max(...busy.values()), 5, 100);
  }
}

/** One move for each empty new shard, each from a shard of its own that keeps at least an even share. */
export function movesFor(
  { shards }: StockedProduct,
  busy: ReadonlyMap<number, number> = new Map(),
): Transfer[] {
  const share = Math.floor(stockOf(shards) / shards.length);
  const isNew = (shard: StockShard) => shard.stock === 0 && shard.sold === 0;
  const receivers = shards.filter((shard) => isNew(shard) && (busy.get(shard.shard) ?? 0) < movesPerShard);
  const donors = shards.filter(({ stock }) => stock > share).sort((a, b) => b.stock - a.stock);
  const moves: Transfer[] = [];
  for (const [index, receiver] of receivers.entries()) {
    const donor = donors[index];
    if (donor === undefined) break;
    const units = Math.min(share, donor.stock - share);
    if (units > 0) moves.push({ from: donor.shard, to: receiver.shard, units });
  }
  return moves;
}
