import * as z from 'zod/mini';

/** An order can have no more lines: its transaction is limited to 100 actions. */
export const maxLines = 50;

/** A cart as stored: quantities by product id. */
export const storedCart = z.object({
  customer_id: z.string(),
  lines: z.record(z.string(), z.int()),
  /** Every change increments it, so that a checkout empties exactly the cart that it ordered. */
  version: z.int(),
});

interface CartLine {
  readonly product_id: string;
  readonly quantity: number;
}

/** A cart with its lines sorted by product id. A customer without a stored cart has version 0 and no lines. */
export interface Cart {
  readonly customer_id: string;
  readonly lines: readonly CartLine[];
  readonly version: number;
}
