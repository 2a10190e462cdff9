import * as z from 'zod/mini';

// Strict and independent of the contracts, so that tests notice a leaked or missing field.

const count = z.int().check(z.minimum(0));
const time = z.iso.datetime();

export const tokenSchema = z.strictObject({
  access_token: z.string(),
  token_type: z.literal('Bearer'),
  expires_in: z.int().check(z.minimum(60)),
});

export const accountSchema = z.strictObject({
  id: z.uuid(),
  email: z.string(),
  role: z.enum(['ADMIN', 'USER']),
});

export const guestSchema = z.strictObject({
  id: z.uuid(),
  username: z.string(),
  role: z.literal('USER'),
  ...tokenSchema.shape,
});

export const productSchema = z.strictObject({
  id: z.uuid(),
  name: z.string(),
  price: count,
  currency: z.literal('USD'),
  active: z.boolean(),
  stock: count,
  sold: count,
  stock_shards: z.int(),
  limit_per_customer: z.nullable(z.int()),
  version: z.int(),
  created_at: time,
  updated_at: time,
});

export const productPageSchema = z.strictObject({
  items: z.array(productSchema),
  next_cursor: z.nullable(z.string()),
});

export const cartSchema = z.strictObject({
  customer_id: z.uuid(),
  lines: z.array(
    z.strictObject({
      product_id: z.uuid(),
      name: z.string(),
      quantity: z.int().check(z.minimum(1)),
      unit_price: count,
      available: count,
      reason: z.optional(z.string()),
    }),
  ),
  total: count,
});

export const confirmedOrderSchema = z.strictObject({
  id: z.uuid(),
  customer_id: z.uuid(),
  status: z.literal('CONFIRMED'),
  lines: z.array(
    z.strictObject({
      product_id: z.uuid(),
      name: z.string(),
      quantity: z.int().check(z.minimum(1)),
      unit_price: count,
    }),
  ),
  total: count,
  currency: z.literal('USD'),
  created_at: time,
  decided_at: time,
});

export const productTotalSchema = z.strictObject({ product_id: z.uuid(), total_quantity: count });
