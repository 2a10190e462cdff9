import { endpoint } from '../../lib/http/endpoint.ts';
import { config } from '../../lib/platform/config.ts';
import { createDocuments } from '../../lib/platform/dynamodb.ts';
import { addStock } from '../../lib/products/add-stock.ts';
import { idempotentWrite } from '../../lib/products/idempotent-write.ts';
import { createInventory } from '../../lib/products/inventory.ts';
import { createProductCache } from '../../lib/products/product-cache.ts';
import { createProductStores } from '../../lib/products/product-stores.ts';
import { addStockContract } from './contracts.ts';
import { keyOf, writtenProductResponse } from './responses.ts';

const tables = { documents: createDocuments(), ...config };
const stores = createProductStores(tables);
const inventory = createInventory(tables);
const cache = createProductCache(config);

export const handler = endpoint(addStockContract, async ({ headers, body }, caller) => {
  const { product_id, stock } = body;
  const key = keyOf('addStock', caller, headers, body);
  return writtenProductResponse(
    await cache.whileChanging(product_id, () =>
      idempotentWrite(stores, inventory, key, (claim) =>
        addStock(stores, inventory, product_id, stock, claim),
      ),
    ),
  );
});
