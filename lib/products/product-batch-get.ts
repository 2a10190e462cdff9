import * as z from 'zod/mini';
import { batchGet, type TableKey } from '../platform/batch-get.ts';
import type { Documents } from '../platform/dynamodb.ts';
import { type Product, readableProducts, shardId, stockShard } from './product.ts';

export interface ProductTables {
  readonly documents: Documents;
  readonly productsTable: string;
  readonly stockTable: string;
}

const stockShards = z.array(stockShard);

/** Reads of products and stock shards by key, any number of both together. */
export function createProductBatchGet({ documents, productsTable, stockTable }: ProductTables) {
  return {
    productKey: (id: string): TableKey => ({ table: productsTable, key: { id } }),

    /** A product's shards, from the number `from` on. */
    shardKeys: ({ id, stock_shards }: Pick<Product, 'id' | 'stock_shards'>, from = 0): TableKey[] =>
      Array.from({ length: Math.max(0, stock_shards - from) }, (_, index) => ({
        table: stockTable,
        key: { shard_id: shardId(id, from + index) },
      })),

    /** One of a product's shards, at random, so that readers spread over all of them. */
    anyShardKey: ({ id, stock_shards }: Pick<Product, 'id' | 'stock_shards'>): TableKey => ({
      table: stockTable,
      key: { shard_id: shardId(id, Math.floor(Math.random() * stock_shards)) },
    }),

    /** @param consistency `eventual` costs half, and may be behind by what is usually less than a second */
    async load(keys: readonly TableKey[], consistency: 'strong' | 'eventual' = 'strong') {
      const items = await batchGet(documents, keys, consistency);
      return {
        products: readableProducts(items.get(productsTable) ?? []),
        shards: stockShards.parse(items.get(stockTable) ?? []),
      };
    },
  };
}
