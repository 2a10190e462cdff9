import * as z from 'zod/mini';
import { logger } from '../platform/logger.ts';
import { id, price } from '../platform/primitives.ts';

const maxStockShards = 32;

export const stockShards = z.int().check(z.minimum(1), z.maximum(maxStockShards));
export const limitPerCustomer = z.int().check(z.minimum(1), z.maximum(1_000_000));

/** A product as stored. */
export const product = z.object({
  id: z.string(),
  name: z.string(),
  price,
  active: z.boolean(),
  stock_shards: stockShards,
  limit_per_customer: z.optional(limitPerCustomer),
  /** Grows with every write, and with it the shards' copies of price and active: the highest wins. */
  version: z.int(),
  created_at: z.string(),
  updated_at: z.string(),
  deleted_at: z.optional(z.string()),
  /** Marks the call that wrote this version, so that it knows its own work when a reply was lost. */
  change_id: z.optional(z.string()),
  /** Present while the shards may lack something of this version. */
  propagating: z.optional(z.string()),
});
export type Product = z.output<typeof product>;

/** The products among stored items; one that cannot be read is logged and left out, so that it hides no others. */
export function readableProducts(items: readonly unknown[]): Product[] {
  return items.flatMap((item) => {
    const { success, data, error } = product.safeParse(item);
    if (success) return [data];
    logger.error('STORED_PRODUCT_UNREADABLE', { product_id: withId.safeParse(item).data?.id, error });
    return [];
  });
}

const withId = z.object({ id: z.string() });

/** One shard of a product's stock as stored: it repeats what an order's condition must see. */
export const stockShard = z.object({
  shard_id: z.string(),
  product_id: z.string(),
  shard: z.int(),
  stock: z.int(),
  sold: z.int(),
  /** Grows whenever stock grows, and only then: equal in two reads, it tells that nothing came in between. */
  stock_increases: z.int(),
  price,
  active: z.boolean(),
  limit_per_customer: z.optional(limitPerCustomer),
  product_version: z.int(),
  /** See `isTorn`. */
  checksum: z.optional(z.int()),
});
export type StockShard = z.output<typeof stockShard>;

/** A product and every shard of its stock that exists. */
export interface StockedProduct {
  readonly product: Product;
  readonly shards: readonly StockShard[];
}

export const shardId = (productId: string, shard: number): string => `${productId}#${shard}`;

/** A product as clients see it. */
export const productView = z.object({
  id,
  name: z.string(),
  price,
  currency: z.string(),
  active: z.boolean(),
  stock: z.int(),
  sold: z.int(),
  stock_shards: z.int(),
  limit_per_customer: z.nullable(z.int()),
  version: z.int(),
  created_at: z.string(),
  updated_at: z.string(),
});
export type ProductView = z.output<typeof productView>;

const sumOf = (shards: readonly StockShard[], of: (shard: StockShard) => number): number =>
  shards.reduce((sum, shard) => sum + of(shard), 0);

export const stockOf = (shards: readonly StockShard[]): number => sumOf(shards, ({ stock }) => stock);
export const soldOf = (shards: readonly StockShard[]): number => sumOf(shards, ({ sold }) => sold);

/**
 * Whether these shards of one product show a write that spans several shards only in part. Such a write adds random
 * numbers to the checksums of its shards, which sum up to 0. So all checksums of a product sum up to 0 where every
 * such write is seen on all of its shards or on none; otherwise with a probability of 2^-32. A product without any
 * shard was read while it was being created.
 */
export const isTorn = (shards: readonly StockShard[]): boolean =>
  shards.length === 0 || sumOf(shards, ({ checksum = 0 }) => checksum) !== 0;

export const viewOf = ({ product, shards }: StockedProduct, currency: string): ProductView =>
  viewOfCounted(product, { stock: stockOf(shards), sold: soldOf(shards) }, currency);

/** The same where the shards have been summed before. */
export function viewOfCounted(
  product: Product,
  { stock, sold }: { stock: number; sold: number },
  currency: string,
): ProductView {
  return { ...product, currency, stock, sold, limit_per_customer: product.limit_per_customer ?? null };
}

/** Changes with every write to the product and with its stock; If-Match compares the version alone. */
export const etagOf = (view: ProductView): string => `"${view.version}.${view.stock}-${view.sold}"`;
