import { endpoint } from '../../lib/http/endpoint.ts';
import { config } from '../../lib/platform/config.ts';
import { createDocuments } from '../../lib/platform/dynamodb.ts';
import { createProduct } from '../../lib/products/create-product.ts';
import { once } from '../../lib/products/idempotent-write.ts';
import { createCatalog } from '../../lib/products/inventory.ts';
import { createProductStores } from '../../lib/products/product-stores.ts';
import { addProductContract } from './contracts.ts';
import { keyOf, newProductReply } from './responses.ts';

const tables = { documents: createDocuments(), ...config };
const stores = createProductStores(tables);
const catalog = createCatalog(tables);

export const handler = endpoint(addProductContract, async ({ headers, body }, caller) => {
  const { product_name: name, ...rest } = body;
  const input = { name, ...rest };
  const key = keyOf('createProduct', caller, headers, input);
  return newProductReply(await once(stores, catalog, key, (claim) => createProduct(stores, input, claim)));
});
