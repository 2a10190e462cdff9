import * as z from 'zod/mini';
import { id } from '../platform/primitives.ts';

/** One product in a cart. */
export const cartLineView = z.object({
  product_id: id,
  name: z.string(),
  quantity: z.int(),
  unit_price: z.int(),
  /** Units that can be bought now: 0 when the product is inactive. */
  available: z.int(),
  /** Why an order of this line would be rejected now, ignoring earlier purchases. Absent if it would not. */
  reason: z.optional(z.enum(['limit_exceeded', 'out_of_stock', 'product_unavailable'])),
});
export type CartLineView = z.output<typeof cartLineView>;

/** A cart as clients see it, with current names, prices and stock. The total covers the lines without a reason. */
export const cartView = z.object({ customer_id: id, lines: z.array(cartLineView), total: z.int() });
export type CartView = z.output<typeof cartView>;
