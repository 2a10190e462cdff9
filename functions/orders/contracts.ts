import * as z from 'zod/mini';
import { contract } from '../../lib/http/contract.ts';
import { orderView } from '../../lib/orders/order.ts';
import { id } from '../../lib/platform/primitives.ts';

/** Printable ASCII, as header fields carry it unharmed. */
const idempotencyKey = z
  .string()
  .check(
    z.minLength(1),
    z.maxLength(255),
    z.regex(/^[\x21-\x7e]+$/, { error: 'must be printable ASCII without spaces' }),
  );

export const checkoutContract = contract({
  operation: 'checkout',
  summary: 'Turns the cart into a confirmed order, wholly or not at all',
  routes: ['POST /order/add'],
  access: 'customer',
  request: {
    headers: z.object({ 'idempotency-key': z.optional(idempotencyKey) }),
    body: z.strictObject({
      customer_id: id,
      expected_total: z.optional(z.int().check(z.minimum(0), z.maximum(Number.MAX_SAFE_INTEGER))),
    }),
  },
  reply: { status: 201, body: orderView, headers: ['Location', 'Idempotent-Replayed'] },
  errors: [
    'cart_empty',
    'contention',
    'idempotency_key_reused',
    'limit_exceeded',
    'out_of_stock',
    'price_changed',
    'product_unavailable',
  ],
});

export const getOrderContract = contract({
  operation: 'getOrder',
  summary: 'An order, for its customer and for an ADMIN',
  routes: ['GET /order/{order_id}'],
  access: 'account',
  request: { params: z.object({ order_id: id }) },
  reply: { status: 200, body: orderView },
  errors: ['forbidden', 'order_not_found'],
});

export const getProductTotalContract = contract({
  operation: 'getProductTotal',
  summary: 'Units of a product in confirmed orders, also after it was deleted',
  routes: ['GET /order/product/{product_id}'],
  access: 'anyone',
  request: { params: z.object({ product_id: id }) },
  reply: { status: 200, body: z.object({ product_id: id, total_quantity: z.int() }) },
  errors: ['product_not_found'],
});
