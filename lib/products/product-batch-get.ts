import * as z from 'zod/mini';
import { batchGet, type TableKey } from '../platform/batch-get.ts';
import type { Documents } from '../platform/dynamodb.ts';
import { type Product, readableProducts, shardId, stockShard } from './product.ts';

export interface ProductTables {
  readonly documents: Documents;
  readonly productsTable: string;
  readonly stockTable: string;
}

type ShardCount = Pick<Product, 'id' | 'stock_shards'>;

const stockShards = z.array(stockShard);

/** Reads products and stock shards by key in one request. The inventory and the product browser build on it. */
export function createProductBatchGet({ documents, productsTable, stockTable }: ProductTables) {
  const shardKey = (productId: string, shard: number): TableKey => ({
    table: stockTable,
    key: { shard_id: shardId(productId, shard) },
  });

  return {
    productKey: (id: string): TableKey => ({ table: productsTable, key: { id } }),

    /** Returns the keys of a product's shards, beginning with shard number `from`. */
    shardKeys: ({ id, stock_shards }: ShardCount, from = 0): TableKey[] =>
      Array.from({ length: Math.max(0, stock_shards - from) }, (_, index) => shardKey(id, from + index)),

    /** Returns the key of a random shard, so that the readers of one shard spread over all of them. */
    randomShardKey: ({ id, stock_shards }: ShardCount): TableKey =>
      shardKey(id, Math.floor(Math.random() * stock_shards)),

    /** @param consistency `eventual` costs half and usually lags by less than a second */
    async load(keys: readonly TableKey[], consistency: 'strong' | 'eventual' = 'strong') {
      const items = await batchGet(documents, keys, consistency);
      return {
        products: readableProducts(items.get(productsTable) ?? []),
        shards: stockShards.parse(items.get(stockTable) ?? []),
      };
    },
  };
}
