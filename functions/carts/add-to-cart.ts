import { addToCart } from '../../lib/carts/add-to-cart.ts';
import { createCartDeps } from '../../lib/carts/cart-deps.ts';
import { endpoint } from '../../lib/http/endpoint.ts';
import { config } from '../../lib/platform/config.ts';
import { createDocuments } from '../../lib/platform/dynamodb.ts';
import { addToCartContract } from './contracts.ts';

const deps = createCartDeps({ documents: createDocuments(), ...config });

export const handler = endpoint(addToCartContract, async ({ body }) => {
  const { customer_id: customerId, product_id: productId, quantity } = body;
  return { body: await addToCart(deps, { customerId, productId, quantity }) };
});
