import { DomainError } from '../errors.ts';
import { backoff } from '../platform/backoff.ts';
import type { Idempotency } from '../platform/idempotency.ts';
import { type TransactionWrite, transact } from '../platform/transaction.ts';
import { idempotentWrite, type WrittenProduct } from './idempotent-write.ts';
import { existing, type StockShard } from './product.ts';
import type { ProductDeps } from './product-deps.ts';
import { readAfterWrite } from './read-after-write.ts';
import { splitEvenly } from './split-evenly.ts';

/** Shards to spread the units over, in order of preference. Fewer shards conflict with fewer orders. */
const widths = [32, 8, 1];
const attemptsPerWidth = 5;

export interface AddStockInput {
  readonly productId: string;
  readonly units: number;
  readonly idempotency?: Idempotency | undefined;
}

/**
 * Adds units to a product's emptiest shards: all of them or none, at most once per idempotency key. Uses fewer shards
 * after repeated conflicts with orders.
 *
 * @throws {DomainError} `product_not_found`, `idempotency_key_reused`; `contention` when even a single shard has
 *   conflicts to the end; nothing was added. `unavailable` when the units were added but the product cannot be read
 */
export async function addStock(
  deps: ProductDeps,
  { productId, units, idempotency }: AddStockInput,
): Promise<WrittenProduct> {
  return idempotentWrite(deps, {
    idempotency,
    async write(recordKey) {
      const { shards } = existing(await deps.inventory.read([productId]), productId);
      const conditions = [
        { action: deps.products.existsCheck(productId), failure: () => 'deleted' as const },
        ...recordKey({ product_id: productId, units_added: units }),
      ];
      await restock(deps, { shards, units, conditions });
      return readAfterWrite(deps, productId);
    },
  });
}

interface Restock {
  readonly shards: readonly StockShard[];
  readonly units: number;
  readonly conditions: readonly TransactionWrite<'deleted' | 'key_used'>[];
}

async function restock({ documents, stock }: ProductDeps, { shards, units, conditions }: Restock): Promise<void> {
  for (const width of widths) {
    for (let attempt = 0; attempt < attemptsPerWidth; attempt++) {
      if (attempt > 0) await backoff(attempt);
      const actions = stock.restockActions(spreadOver(emptiest(shards, width), units));
      const result = await transact(documents, [
        ...conditions,
        ...actions.map((action) => ({ action, failure: () => 'shard_missing' as const })),
      ]);
      if (result.committed) return;
      if (result.failures.includes('key_used')) throw new DomainError('idempotency_key_reused');
      if (result.failures.includes('deleted')) throw new DomainError('product_not_found');
    }
  }
  throw new DomainError('contention', { retryAfterSeconds: 1 });
}

const emptiest = (shards: readonly StockShard[], count: number): StockShard[] =>
  [...shards].sort((a, b) => a.stock - b.stock).slice(0, count);

const spreadOver = (shards: readonly StockShard[], units: number) =>
  splitEvenly(units, shards.length).flatMap((quantity, index) => {
    const shard = shards[index];
    return quantity === 0 || shard === undefined
      ? []
      : [{ product_id: shard.product_id, shard: shard.shard, quantity }];
  });
