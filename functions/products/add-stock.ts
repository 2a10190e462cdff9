import { endpoint } from '../../lib/http/endpoint.ts';
import { config } from '../../lib/platform/config.ts';
import { createDocuments } from '../../lib/platform/dynamodb.ts';
import { addStock } from '../../lib/products/add-stock.ts';
import { once } from '../../lib/products/idempotent-write.ts';
import { createCatalog } from '../../lib/products/inventory.ts';
import { createProductCache } from '../../lib/products/product-cache.ts';
import { createProductStores } from '../../lib/products/product-stores.ts';
import { addStockContract } from './contracts.ts';
import { keyOf, suppliedReply } from './responses.ts';

const tables = { documents: createDocuments(), ...config };
const stores = createProductStores(tables);
const catalog = createCatalog(tables);
const cache = createProductCache(config);

export const handler = endpoint(addStockContract, async ({ headers, body }, caller) => {
  const { product_id, stock } = body;
  const key = keyOf('addStock', caller, headers, body);
  return suppliedReply(
    await cache.whileChanging(product_id, () =>
      once(stores, catalog, key, (claim) => addStock(stores, catalog, product_id, stock, claim)),
    ),
  );
});
