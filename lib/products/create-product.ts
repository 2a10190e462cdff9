import { DomainError } from '../errors.ts';
import { toIso } from '../platform/clock.ts';
import type { Idempotency } from '../platform/idempotency.ts';
import { newId } from '../platform/ids.ts';
import { transact } from '../platform/transaction.ts';
import { idempotentWrite, type WrittenProduct } from './idempotent-write.ts';
import { type Product, type StockShard, shardId } from './product.ts';
import type { ProductDeps } from './product-deps.ts';
import type { NewProduct } from './product-input.ts';
import { splitEvenly } from './split-evenly.ts';

/** Handles hundreds of orders per second without tuning; a flash sale needs up to 32. */
const defaultStockShards = 4;

export interface CreateProductInput extends NewProduct {
  readonly currency: string;
  readonly idempotency?: Idempotency | undefined;
}

/**
 * Creates a product and its stock shards in one transaction, at most once per idempotency key.
 *
 * @throws {DomainError} `idempotency_key_reused`, `contention`; nothing was created
 */
export async function createProduct(
  deps: ProductDeps,
  { idempotency, stock, stock_shards = defaultStockShards, ...fields }: CreateProductInput,
): Promise<WrittenProduct> {
  const now = toIso(deps.clock.now());
  const product: Product = {
    ...fields,
    id: newId(),
    active: true,
    stock_shards,
    version: 1,
    created_at: now,
    updated_at: now,
  };
  const shards = splitEvenly(stock, stock_shards).map((units, shard) => newShard(product, shard, units));
  const actions = [deps.products.putAction(product), ...deps.stock.putActions(shards)];

  return idempotentWrite(deps, {
    idempotency,
    async write(recordKey) {
      const result = await transact(deps.documents, [
        ...recordKey({ product_id: product.id, units_added: stock }),
        ...actions.map((action) => ({ action, failure: () => 'exists' as const })),
      ]);
      if (result.committed) return { product, shards };
      if (result.failures.includes('key_used')) throw new DomainError('idempotency_key_reused');
      // The items are new, so nothing but throttling can have failed the transaction.
      throw new DomainError('contention', { retryAfterSeconds: 1 });
    },
  });
}

function newShard(product: Product, shard: number, units: number): StockShard {
  const { id, price, active, limit_per_customer, version } = product;
  return {
    shard_id: shardId(id, shard),
    product_id: id,
    shard,
    stock: units,
    sold: 0,
    stock_increases: 0,
    price,
    active,
    ...(limit_per_customer === undefined ? {} : { limit_per_customer }),
    product_version: version,
  };
}
