import { addToCart } from '../../lib/carts/add-to-cart.ts';
import { createCartStore } from '../../lib/carts/cart-store.ts';
import { endpoint } from '../../lib/http/endpoint.ts';
import { config } from '../../lib/platform/config.ts';
import { createDocuments } from '../../lib/platform/dynamodb.ts';
import { createInventory } from '../../lib/products/inventory.ts';
import { createProductStore } from '../../lib/products/product-store.ts';
import { addToCartContract } from './contracts.ts';

const documents = createDocuments();
const carts = createCartStore({ documents, table: config.cartsTable });
const products = createProductStore({ documents, table: config.productsTable });
const inventory = createInventory({ documents, ...config });

export const handler = endpoint(addToCartContract, async ({ body }) => ({
  body: await addToCart(carts, products, inventory, body),
}));
