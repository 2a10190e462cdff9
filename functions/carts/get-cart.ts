import { createCartDeps } from '../../lib/carts/cart-deps.ts';
import { showCart } from '../../lib/carts/show-cart.ts';
import { endpoint } from '../../lib/http/endpoint.ts';
import { config } from '../../lib/platform/config.ts';
import { createDocuments } from '../../lib/platform/dynamodb.ts';
import { getCartContract } from './contracts.ts';

const deps = createCartDeps({ documents: createDocuments(), ...config });

export const handler = endpoint(getCartContract, async ({ params }) => ({
  body: await showCart(deps, await deps.carts.get(params.customer_id)),
}));
