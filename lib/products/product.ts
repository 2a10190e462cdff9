import * as z from 'zod/mini';
import { DomainError } from '../errors.ts';
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
  /** ISO 4217, of the price. It never changes. Items without it were stored when the default was the only value in use. */
  currency: z._default(z.string(), 'USD'),
  active: z.boolean(),
  stock_shards: stockShards,
  limit_per_customer: z.optional(limitPerCustomer),
  /** Every change increments it. Shards follow the highest version. */
  version: z.int(),
  created_at: z.string(),
  updated_at: z.string(),
  deleted_at: z.optional(z.string()),
  /** Identifies the call that wrote this version, which recognizes its own write after a lost response. */
  change_id: z.optional(z.string()),
  /** Present until every shard follows this version. */
  propagating: z.optional(z.string()),
});
export type Product = z.output<typeof product>;

/** Parses stored items. Logs and leaves out unreadable ones, so that one of them does not hide the others. */
export function readableProducts(items: readonly unknown[]): Product[] {
  return items.flatMap((item) => {
    const { success, data, error } = product.safeParse(item);
    if (success) return [data];
    logger.error('STORED_PRODUCT_UNREADABLE', { product_id: withId.safeParse(item).data?.id, error });
    return [];
  });
}

const withId = z.object({ id: z.string() });

/** One shard of a product's stock as stored, with a copy of every product field that an order's condition needs. */
export const stockShard = z.object({
  shard_id: z.string(),
  product_id: z.string(),
  shard: z.int(),
  stock: z.int(),
  sold: z.int(),
  /** The number of writes that increased `stock`: if two reads agree on it, no units were added in between. */
  stock_increases: z.int(),
  price,
  active: z.boolean(),
  limit_per_customer: z.optional(limitPerCustomer),
  /** The product version that the shard follows. */
  product_version: z.int(),
  /** See `isTorn`. */
  checksum: z.optional(z.int()),
});
export type StockShard = z.output<typeof stockShard>;

/** A product and all of its existing shards. */
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
 * Returns whether a read of a product's shards is torn: it sees a write of several shards on some of them only.
 *
 * DynamoDB reads each shard at its own moment, so a read can see half of a transaction. To make that visible, a
 * transaction that writes several shards of a product adds a random number to the `checksum` of each, and these
 * numbers sum to 0 (`stock-store.ts`). The checksums of a consistent read therefore sum to 0 as well; those of a torn
 * read do so with a probability of 2^-32. A read without shards is torn too: it saw the product during its creation.
 */
export const isTorn = (shards: readonly StockShard[]): boolean =>
  shards.length === 0 || sumOf(shards, ({ checksum = 0 }) => checksum) !== 0;

/** Returns a product that was read. @throws {DomainError} `product_not_found` if it is unknown or deleted */
export function existing(products: ReadonlyMap<string, StockedProduct>, productId: string): StockedProduct {
  const found = products.get(productId);
  if (found === undefined || found.product.deleted_at !== undefined) throw new DomainError('product_not_found');
  return found;
}

export const viewOf = ({ product, shards }: StockedProduct): ProductView =>
  viewOfTotals(product, { stock: stockOf(shards), sold: soldOf(shards) });

/** Works like `viewOf`, from the totals of the shards. */
export const viewOfTotals = (product: Product, { stock, sold }: { stock: number; sold: number }): ProductView => ({
  ...product,
  stock,
  sold,
  limit_per_customer: product.limit_per_customer ?? null,
});

/** Whether an order in this currency may contain the product. A change of the shop's currency relabels no price. */
export const isOnSale = (product: Product, currency: string): boolean =>
  product.active && product.currency === currency;

/** Changes whenever the product, its stock or its sales change. If-Match compares only the version in front. */
export const etagOf = (view: ProductView): string => `"${view.version}.${view.stock}-${view.sold}"`;
