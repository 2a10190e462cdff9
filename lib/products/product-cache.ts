import * as z from 'zod/mini';
import { createCache } from '../cache/cache.ts';
import { systemClock } from '../platform/clock.ts';
import { connectRedis } from '../platform/redis.ts';
import { product } from './product.ts';

/** Bounds how long an interrupted change stays visible. Completed changes are noticed by the version of the shards. */
const productTtlMs = 60_000;

/**
 * The list may lag by five seconds: two here, two in clients (`max-age` in the contract), and one for eventually
 * consistent reads, clock differences and the response's way to the client.
 */
const listTtlMs = 2_000;

/** About ten megabytes per container. */
const maxProducts = 10_000;
const maxPages = 500;

/** Part of the Redis keys. Increment it when the meaning of a cached value changes. */
const formatVersion = 3;

/** The totals of a product's shards. */
const totals = z.object({
  stock: z.int(),
  sold: z.int(),
  /** The number of shards that were read. */
  stock_shards: z.int(),
  /** The highest product version among the shards. */
  version: z.int(),
});
export type Totals = z.output<typeof totals>;

/** A page of the list of active products. */
const page = z.object({
  ids: z.array(z.string()),
  /** The id to continue after; absent at the end. */
  last: z.optional(z.string()),
});
export type Page = z.output<typeof page>;

export type ProductCache = ReturnType<typeof createProductCache>;

/** Creates the cache of the product browser. Orders never read it, and it holds no customer data. */
export function createProductCache({
  productsTable,
  cacheUrl,
}: {
  /** Separates the stages that share a Redis. */
  productsTable: string;
  cacheUrl: string | undefined;
}) {
  const shared = cacheUrl === undefined ? undefined : connectRedis(cacheUrl);
  const namespace = (kind: string) => `${productsTable}:${kind}:${formatVersion}`;
  const perProduct = { maxEntries: maxProducts, shared, clock: systemClock };
  const products = createCache({
    namespace: namespace('copy'),
    schema: product,
    ttlMs: productTtlMs,
    ...perProduct,
  });
  const stock = createCache({
    namespace: namespace('count'),
    schema: totals,
    ttlMs: listTtlMs,
    ...perProduct,
  });
  const pages = createCache({
    namespace: namespace('page'),
    schema: page,
    ttlMs: listTtlMs,
    maxEntries: maxPages,
    shared,
    clock: systemClock,
  });

  return {
    products,
    stock,
    pages,

    /** Runs a write of a product and then invalidates what is cached of it, even if the write fails halfway. */
    async whileChanging<T>(productId: string, write: () => Promise<T>): Promise<T> {
      try {
        return await write();
      } finally {
        await Promise.all([products.invalidate([productId]), stock.invalidate([productId])]);
      }
    },
  };
}
