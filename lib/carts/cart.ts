import * as z from 'zod/mini';

/** More products than this do not fit into one order. */
export const maxLines = 50;

/** A cart as stored: at most one line per product. */
export const storedCart = z.object({
  customer_id: z.string(),
  lines: z.record(z.string(), z.int()),
  /** Grows with every change, so that a checkout empties exactly what it has ordered. */
  version: z.int(),
});

interface CartLine {
  readonly product_id: string;
  readonly quantity: number;
}

/** A cart that was never written has version 0 and no lines. Lines are in the order of their product ids. */
export interface Cart {
  readonly customer_id: string;
  readonly lines: readonly CartLine[];
  readonly version: number;
}
