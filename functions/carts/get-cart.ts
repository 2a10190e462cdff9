import { createCartStore } from '../../lib/carts/cart-store.ts';
import { showCart } from '../../lib/carts/show-cart.ts';
import { endpoint } from '../../lib/http/endpoint.ts';
import { config } from '../../lib/platform/config.ts';
import { createDocuments } from '../../lib/platform/dynamodb.ts';
import { createInventory } from '../../lib/products/inventory.ts';
import { getCartContract } from './contracts.ts';

const documents = createDocuments();
const carts = createCartStore({ documents, table: config.cartsTable });
const inventory = createInventory({ documents, ...config });

export const handler = endpoint(getCartContract, async ({ params }) => ({
  body: await showCart(inventory, await carts.get(params.customer_id)),
}));
