import { endpoint } from '../../lib/http/endpoint.ts';
import { config } from '../../lib/platform/config.ts';
import { createDocuments } from '../../lib/platform/dynamodb.ts';
import { addStock } from '../../lib/products/add-stock.ts';
import { createProductCache } from '../../lib/products/product-cache.ts';
import { createProductDeps } from '../../lib/products/product-deps.ts';
import { addStockContract } from './contracts.ts';
import { idempotencyFor, writtenProductResponse } from './responses.ts';

const deps = createProductDeps({ documents: createDocuments(), ...config });
const cache = createProductCache(config);

export const handler = endpoint(addStockContract, async ({ headers, body }, caller) => {
  const { product_id: productId, stock: units } = body;
  const idempotency = idempotencyFor('addStock', caller, headers, body);
  return writtenProductResponse(
    await cache.whileChanging(productId, () => addStock(deps, { productId, units, idempotency })),
  );
});
