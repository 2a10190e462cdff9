import * as z from 'zod/mini';
import { id } from '../platform/primitives.ts';
import type { ShardUnits } from '../products/stock-store.ts';

const rejectionReason = z.enum(['limit_exceeded', 'out_of_stock', 'price_changed', 'product_unavailable']);
export type RejectionReason = z.output<typeof rejectionReason>;

/** One product of an order, with the name and price at which it was ordered. Prices are in minor units. */
export const orderLine = z.object({
  product_id: id,
  name: z.string(),
  quantity: z.int(),
  unit_price: z.int(),
});
export type OrderLine = z.output<typeof orderLine>;

/** A line that cannot be bought in full: the units requested, and the units available to this customer. */
export const shortLine = z.object({ product_id: id, requested: z.int(), available: z.int() });
export type ShortLine = z.output<typeof shortLine>;

const allocation: z.ZodMiniType<ShardUnits> = z.object({
  product_id: z.string(),
  shard: z.int(),
  quantity: z.int(),
});

/** The fields that clients see of an order in any status. */
const publicFields = z.object({
  id,
  customer_id: id,
  status: z.string(),
  lines: z.array(orderLine),
  total: z.int(),
  currency: z.string(),
  created_at: z.string(),
});

/** The fields of an order in any status. An order that was placed with an idempotency key has a fingerprint. */
const placed = z.extend(publicFields, { fingerprint: z.optional(z.string()) });
const decided = z.extend(placed, { decided_at: z.iso.datetime() });

/** An order as stored, with one schema per status. Reading an item drops attributes that its status does not have. */
export const order = z.discriminatedUnion('status', [
  z.extend(placed, { status: z.literal('PENDING') }),
  z.extend(decided, {
    status: z.literal('CONFIRMED'),
    /** The units it took from each stock shard. A cancellation releases them there. */
    allocations: z.array(allocation),
    /** The products whose purchase limit counted it. */
    counted: z.array(z.string()),
  }),
  z.extend(decided, {
    status: z.literal('REJECTED'),
    reason: rejectionReason,
    short_lines: z.array(shortLine),
  }),
  z.extend(decided, {
    status: z.literal('CANCELLED'),
    /** Identifies the call that cancelled it. */
    cancellation: z.string(),
  }),
]);
export type Order = z.output<typeof order>;
export type OrderStatus = Order['status'];
/** An order in one of these statuses. */
export type OrderIn<Status extends OrderStatus> = Extract<Order, { status: Status }>;

/** The status changes that are allowed, which type those of the order store. `new` is an order that is not stored yet. */
export const transitions = {
  new: ['PENDING', 'CONFIRMED'],
  PENDING: ['CONFIRMED', 'REJECTED', 'CANCELLED'],
  CONFIRMED: ['CANCELLED'],
  REJECTED: [],
  CANCELLED: [],
} as const satisfies Record<OrderStatus | 'new', readonly OrderStatus[]>;
export type NextStatus<From extends keyof typeof transitions> = (typeof transitions)[From][number];

/** The fields that an order gets when it changes to one of these statuses. */
export type StatusFields<Status extends OrderStatus> = Status extends OrderStatus
  ? Pick<OrderIn<Status>, 'status'> & Omit<OrderIn<Status>, keyof z.output<typeof placed>>
  : never;

export const orderStatus = z.enum(order.def.options.flatMap(({ shape }) => shape.status.def.values));

/** An order as clients see it. */
export const orderView = z.extend(publicFields, {
  status: orderStatus,
  decided_at: z.optional(z.string()),
  reason: z.optional(rejectionReason),
  short_lines: z.optional(z.array(shortLine)),
});

export const totalOf = (lines: readonly OrderLine[]): number =>
  lines.reduce((sum, { quantity, unit_price }) => sum + quantity * unit_price, 0);

export const shortOf = (
  { product_id, quantity }: { readonly product_id: string; readonly quantity: number },
  available: number,
): ShortLine => ({ product_id, requested: quantity, available });
