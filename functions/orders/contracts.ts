import * as z from 'zod/mini';
import { maxLines } from '../../lib/carts/cart.ts';
import { contract } from '../../lib/http/contract.ts';
import { idempotencyKey } from '../../lib/http/idempotency-key.ts';
import { orderStatus, orderView } from '../../lib/orders/order.ts';
import { orderPosition } from '../../lib/orders/order-store.ts';
import { cursorOf } from '../../lib/platform/cursor.ts';
import { id, pageLimit, quantity } from '../../lib/platform/primitives.ts';

export const checkoutContract = contract({
  operation: 'checkout',
  summary: 'Check out the cart',
  routes: ['POST /order/add'],
  access: 'customer',
  rateLimits: ['orders-per-account'],
  request: {
    headers: z.object({ 'idempotency-key': z.optional(idempotencyKey) }),
    body: z.strictObject({
      customer_id: id,
      expected_total: z.optional(z.int().check(z.minimum(0), z.maximum(Number.MAX_SAFE_INTEGER))),
    }),
  },
  response: { status: 201, body: orderView, headers: ['Location', 'Idempotent-Replayed'] },
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

export const submitOrderContract = contract({
  operation: 'submitOrder',
  summary: 'Submit an order for background processing',
  routes: ['POST /order'],
  access: 'account',
  rateLimits: ['orders-per-account'],
  request: {
    headers: z.object({ 'idempotency-key': z.optional(idempotencyKey) }),
    body: z.strictObject({
      items: z.array(z.strictObject({ id, quantity })).check(z.minLength(1), z.maxLength(maxLines)),
    }),
  },
  response: { status: 202, body: orderView, headers: ['Location', 'Idempotent-Replayed'] },
  errors: [
    'contention',
    'idempotency_key_reused',
    'limit_exceeded',
    'out_of_stock',
    'product_not_found',
    'product_unavailable',
  ],
});

export const listOrdersContract = contract({
  operation: 'listOrders',
  summary: "List the caller's orders, newest first (an ADMIN can list any customer's)",
  routes: ['GET /order'],
  access: 'account',
  request: {
    query: z.object({
      status: z.optional(orderStatus),
      customer_id: z.optional(id),
      limit: pageLimit,
      cursor: z.optional(cursorOf(orderPosition)),
    }),
  },
  response: {
    status: 200,
    body: z.object({ items: z.array(orderView), next_cursor: z.nullable(z.string()) }),
  },
  errors: ['contention', 'forbidden'],
});

export const cancelOrderContract = contract({
  operation: 'cancelOrder',
  summary: 'Cancel an order and return its units to stock',
  routes: ['POST /order/{order_id}/cancel'],
  access: 'account',
  request: { params: z.object({ order_id: id }) },
  response: { status: 200, body: orderView },
  errors: ['contention', 'forbidden', 'order_not_cancellable', 'order_not_found'],
});

export const getOrderContract = contract({
  operation: 'getOrder',
  summary: 'Get an order',
  routes: ['GET /order/{order_id}'],
  access: 'account',
  request: { params: z.object({ order_id: id }) },
  response: { status: 200, body: orderView },
  errors: ['forbidden', 'order_not_found'],
});

export const getProductTotalContract = contract({
  operation: 'getProductTotal',
  summary: 'Get the total quantity sold of a product, even a deleted one',
  routes: ['GET /order/product/{product_id}'],
  access: 'anyone',
  request: { params: z.object({ product_id: id }) },
  response: { status: 200, body: z.object({ product_id: id, total_quantity: z.int() }) },
  errors: ['contention', 'product_not_found'],
});
