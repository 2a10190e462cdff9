import { DomainError } from '../errors.ts';
import { systemClock, toIso } from '../platform/clock.ts';
import { newId } from '../platform/ids.ts';
import { transact } from '../platform/transaction.ts';
import { type Product, type StockedProduct, type StockShard, shardId } from './product.ts';
import type { NewProduct } from './product-input.ts';
import type { ProductStores } from './product-stores.ts';
import { spread } from './spread.ts';

/** Enough that a product nobody tuned still sells some hundred orders a second; a hot sale wants up to 32. */
const defaultStockShards = 4;

/** Makes a product with its stock spread over its shards, all in one transaction. */
export async function createProduct(stores: ProductStores, input: NewProduct): Promise<StockedProduct> {
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
  const shards = spread(stock, stock_shards).map(
    (units, shard): StockShard => ({
      shard_id: shardId(product.id, shard),
      product_id: product.id,
      shard,
      stock: units,
      sold: 0,
      refills: 0,
      price: product.price,
      active: true,
      ...(product.limit_per_customer === undefined ? {} : { limit_per_customer: product.limit_per_customer }),
      product_version: 1,
    }),
  );
  const items = [stores.products.putEntry(product), ...shards.map(stores.stock.putEntry)];
  const writes = items.map((item) => ({ item, refused: () => 'exists' }));
  const result = await transact(stores.documents, writes);
  // Its items are new, so only throttling can be in the way.
  if (!result.committed) throw new DomainError('contention', { retryAfterSeconds: 1 });
  return { product, shards };
}
