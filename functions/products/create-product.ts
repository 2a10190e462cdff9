import { endpoint } from '../../lib/http/endpoint.ts';
import { config } from '../../lib/platform/config.ts';
import { createDocuments } from '../../lib/platform/dynamodb.ts';
import { createProduct } from '../../lib/products/create-product.ts';
import { idempotentWrite } from '../../lib/products/idempotent-write.ts';
import { createInventory } from '../../lib/products/inventory.ts';
import { createProductStores } from '../../lib/products/product-stores.ts';
import { createProductContract } from './contracts.ts';
import { keyOf, newProductResponse } from './responses.ts';

const tables = { documents: createDocuments(), ...config };
const stores = createProductStores(tables);
const inventory = createInventory(tables);

export const handler = endpoint(createProductContract, async ({ headers, body }, caller) => {
  const key = keyOf('createProduct', caller, headers, body);
  return newProductResponse(
    await idempotentWrite(stores, inventory, key, (claim) => createProduct(stores, body, claim)),
  );
});
