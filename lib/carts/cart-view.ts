import * as z from 'zod/mini';
import { id } from '../platform/primitives.ts';

/** One product in a cart. */
export const cartLineView = z.object({
  product_id: id,
  name: z.string(),
  quantity: z.int(),
  unit_price: z.int(),
  /** Units that can be bought now: 0 when the product is not for sale. */
  available: z.int(),
  /** Why an order of this line would be refused now, as far as product and stock tell; missing when it would not. */
  reason: z.optional(z.enum(['limit_exceeded', 'out_of_stock', 'product_unavailable'])),
});
export type CartLineView = z.output<typeof cartLineView>;

/** A cart as its owner sees it: names, prices and stock as they are now. The total is of the lines that can be bought. */
export const cartView = z.object({ customer_id: id, lines: z.array(cartLineView), total: z.int() });
export type CartView = z.output<typeof cartView>;
