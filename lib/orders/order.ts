import * as z from 'zod/mini';
import { id } from '../platform/primitives.ts';

export const orderStatus = z.enum(['PENDING', 'CONFIRMED', 'REJECTED', 'CANCELLED']);
export type OrderStatus = z.output<typeof orderStatus>;

/** Why an order was rejected. */
const rejectionReason = z.enum(['limit_exceeded', 'out_of_stock', 'price_changed', 'product_unavailable']);
export type RejectionReason = z.output<typeof rejectionReason>;

export const orderLine = z.object({
  product_id: id,
  name: z.string(),
  quantity: z.int(),
  unit_price: z.int(),
});
export type OrderLine = z.output<typeof orderLine>;

/** A line that could not be served: what was wanted and how much there was. */
export const shortLine = z.object({ product_id: id, requested: z.int(), available: z.int() });
export type ShortLine = z.output<typeof shortLine>;

export const shortOf = (
  { product_id, quantity }: { readonly product_id: string; readonly quantity: number },
  available: number,
): ShortLine => ({ product_id, requested: quantity, available });

/** Units that an order took from one stock shard. */
const allocation = z.object({ product_id: z.string(), shard: z.int(), quantity: z.int() });
export type Allocation = z.output<typeof allocation>;

/** An order as clients see it. */
export const orderView = z.object({
  id,
  customer_id: id,
  status: orderStatus,
  lines: z.array(orderLine),
  total: z.int(),
  currency: z.string(),
  created_at: z.string(),
  decided_at: z.optional(z.string()),
  reason: z.optional(rejectionReason),
  short_lines: z.optional(z.array(shortLine)),
});

/** An order as stored. */
export const order = z.extend(orderView, {
  /** Where its units came from, so that a cancellation puts them back there. */
  allocations: z.array(allocation),
  /** Products whose purchase limit counted it. */
  counted: z.array(z.string()),
  /** Present while PENDING: the order's place in the sparse index of those. */
  pending: z.optional(z.string()),
  /** Marks the call that cancelled it. */
  cancellation: z.optional(z.string()),
  /** Hash of the request that an idempotency key came with. */
  fingerprint: z.optional(z.string()),
});
export type Order = z.output<typeof order>;

export const totalOf = (lines: readonly OrderLine[]): number =>
  lines.reduce((sum, { quantity, unit_price }) => sum + quantity * unit_price, 0);

/** Why an order was rejected, and by which lines. */
export interface Rejection {
  readonly reason: RejectionReason;
  readonly short_lines: readonly ShortLine[];
}
