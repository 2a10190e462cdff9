import { DomainError } from '../errors.ts';
import { systemClock, toIso } from '../platform/clock.ts';
import { newId } from '../platform/ids.ts';
import { transact } from '../platform/transaction.ts';
import { noKey, type RecordKey } from './idempotent-write.ts';
import { type Product, type StockedProduct, type StockShard, shardId } from './product.ts';
import type { NewProduct } from './product-input.ts';
import type { ProductStores } from './product-stores.ts';
import { splitEvenly } from './split-evenly.ts';

/** Enough that a product nobody tuned still sells some hundred orders a second; a hot sale wants up to 32. */
const defaultStockShards = 4;

/**
 * Makes a product with its stock spread over its shards, all in one transaction.
 *
 * @param claim of an idempotency key
 * @throws {DomainError} `contention`; nothing was made
 */
export async function createProduct(
  stores: ProductStores,
  input: NewProduct,
  claim: RecordKey = noKey,
): Promise<StockedProduct> {
  const now = toIso(systemClock.now());
  const { stock, stock_shards = defaultStockShards, ...rest } = input;
  const product: Product = {
    ...rest,
    id: newId(),
    active: true,
    stock_shards,
    version: 1,
    created_at: now,
    updated_at: now,
  };
  const shards = splitEvenly(stock, stock_shards).map(
    (units, shard): StockShard => ({
      shard_id: shardId(product.id, shard),
      product_id: product.id,
      shard,
      stock: units,
      sold: 0,
      stock_increases: 0,
      price: product.price,
      active: true,
      ...(product.limit_per_customer === undefined ? {} : { limit_per_customer: product.limit_per_customer }),
      product_version: 1,
    }),
  );
  const items = [stores.products.putAction(product), ...stores.stock.putActions(shards)];
  const result = await transact(stores.documents, [
    ...claim({ product_id: product.id, units_added: stock }),
    ...items.map((item) => ({ item, failure: () => 'exists' as const })),
  ]);
  if (result.committed) return { product, shards };
  if (result.failures.includes('key_used')) throw new DomainError('idempotency_key_reused');
  // Its items are new, so only throttling can be in the way.
  throw new DomainError('contention', { retryAfterSeconds: 1 });
}
