import * as z from 'zod/mini';
import { price, text, units } from '../platform/primitives.ts';
import { limitPerCustomer, stockShards } from './product.ts';

export const newProduct = z.strictObject({
  name: text(200),
  stock: units,
  price,
  stock_shards: z.optional(stockShards),
  limit_per_customer: z.optional(limitPerCustomer),
});
export type NewProduct = z.output<typeof newProduct>;

/** Fields to change; the rest stay as they are. A `limit_per_customer` of null removes the limit. */
export const productChange = z
  .strictObject({
    name: z.optional(text(200)),
    price: z.optional(price),
    active: z.optional(z.boolean()),
    limit_per_customer: z.optional(z.nullable(limitPerCustomer)),
    stock_shards: z.optional(stockShards),
    stock: z.optional(z.never({ error: 'Cannot be set; use POST /product/add-stock to add units' })),
  })
  .check(z.refine((change) => Object.keys(change).length > 0, { error: 'Must have at least one field' }));
export type ProductChange = z.output<typeof productChange>;
