import * as z from 'zod/mini';
import { cartView } from '../../lib/carts/cart-view.ts';
import { contract } from '../../lib/http/contract.ts';
import { id, quantity } from '../../lib/platform/primitives.ts';

const response = { status: 200, body: cartView };

export const getCartContract = contract({
  operation: 'getCart',
  summary: 'Get a cart with current prices and stock',
  routes: ['GET /cart/{customer_id}'],
  access: 'customer_or_admin',
  request: { params: z.object({ customer_id: id }) },
  response,
  errors: ['contention'],
});

export const addToCartContract = contract({
  operation: 'addToCart',
  summary: 'Set the quantity of a product in the cart',
  routes: ['POST /cart/add'],
  access: 'customer',
  request: { body: z.strictObject({ customer_id: id, product_id: id, quantity }) },
  response,
  errors: ['cart_full', 'contention', 'product_not_found', 'product_unavailable'],
});

export const removeFromCartContract = contract({
  operation: 'removeFromCart',
  summary: 'Remove a product from the cart',
  routes: ['POST /cart/remove'],
  access: 'customer',
  request: { body: z.strictObject({ customer_id: id, product_id: id }) },
  response,
  errors: ['contention'],
});
