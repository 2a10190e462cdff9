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
});

/** A cart as its owner sees it: names, prices and stock as they are now. */
export const cartView = z.object({ customer_id: id, lines: z.array(cartLineView), total: z.int() });
export type CartView = z.output<typeof cartView>;
