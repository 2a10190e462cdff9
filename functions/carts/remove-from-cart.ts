import { createCartStore } from '../../lib/carts/cart-store.ts';
import { showCart } from '../../lib/carts/show-cart.ts';
import { endpoint } from '../../lib/http/endpoint.ts';
import { config } from '../../lib/platform/config.ts';
import { createDocuments } from '../../lib/platform/dynamodb.ts';
import { createInventory } from '../../lib/products/inventory.ts';
import { removeFromCartContract } from './contracts.ts';

const documents = createDocuments();
const carts = createCartStore({ documents, table: config.cartsTable });
const inventory = createInventory({ documents, ...config });

export const handler = endpoint(removeFromCartContract, async ({ body }) => ({
  body: await showCart(inventory, await carts.removeLine(body.customer_id, body.product_id)),
}));
