import { endpoint } from '../../lib/http/endpoint.ts';
import { config } from '../../lib/platform/config.ts';
import { createDocuments } from '../../lib/platform/dynamodb.ts';
import { createInventory } from '../../lib/products/inventory.ts';
import { createProductCache } from '../../lib/products/product-cache.ts';
import { createProductStores } from '../../lib/products/product-stores.ts';
import { deleteProduct } from '../../lib/products/update-product.ts';
import { deleteProductContract } from './contracts.ts';

const tables = { documents: createDocuments(), ...config };
const stores = createProductStores(tables);
const inventory = createInventory(tables);
const cache = createProductCache(config);

export const handler = endpoint(deleteProductContract, async ({ params }) => {
  const id = params.product_id;
  await cache.whileChanging(id, () => deleteProduct(stores, inventory, id));
  return {};
});
