import * as z from 'zod/mini';
import { createCache } from '../cache/cache.ts';
import { systemClock } from '../platform/clock.ts';
import { connectRedis } from '../platform/redis.ts';
import { product } from './product.ts';

/** Copies are checked against the shards, so this only bounds how long a change that died halfway shows. */
const copyTtlMs = 60_000;

/**
 * The server's part of the five seconds that the list may lag. Clients keep it for two more (`max-age` in the
 * contract); the fifth is for reads that lag, for clocks that differ and for the time a reply takes.
 */
const listTtlMs = 2_000;

/** Bounds a container's memory to some ten megabytes. */
const maxProducts = 10_000;
const maxPages = 500;

/** Raised with every change of what the entries below mean: releases that differ then share nothing. */
const release = 2;

/** The sums of a product's shards when they were read. */
const count = z.object({
  stock: z.int(),
  sold: z.int(),
  /** As many shards as the product was believed to have. */
  stock_shards: z.int(),
  /** The highest product version that one of them had. */
  version: z.int(),
});
export type Count = z.output<typeof count>;

/** A stretch of the list of active products. */
const page = z.object({
  ids: z.array(z.string()),
  /** The last id where more may follow. */
  last: z.optional(z.string()),
});
export type Page = z.output<typeof page>;

export type ProductCache = ReturnType<typeof createProductCache>;

/** What readers of products may keep; no order is decided on it, and it holds nothing of customers. */
export function createProductCache({
  productsTable,
  cacheUrl,
}: {
  /** Keeps stages that share a Redis apart. */
  productsTable: string;
  cacheUrl: string | undefined;
}) {
  const shared = cacheUrl === undefined ? undefined : connectRedis(cacheUrl);
  const namespace = (kind: string) => `${productsTable}:${kind}:${release}`;
  const perProduct = { maxEntries: maxProducts, shared, clock: systemClock };
  const copies = createCache({
    namespace: namespace('copy'),
    schema: product,
    ttlMs: copyTtlMs,
    ...perProduct,
  });
  const counts = createCache({
    namespace: namespace('count'),
    schema: count,
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
    copies,
    counts,
    pages,

    /** Runs a write to a product and then drops what is kept of it, also when the write failed halfway. */
    async whileChanging<T>(productId: string, write: () => Promise<T>): Promise<T> {
      try {
        return await write();
      } finally {
        await Promise.all([copies.invalidate([productId]), counts.invalidate([productId])]);
      }
    },
  };
}
