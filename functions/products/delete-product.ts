import { endpoint } from '../../lib/http/endpoint.ts';
import { config } from '../../lib/platform/config.ts';
import { createDocuments } from '../../lib/platform/dynamodb.ts';
import { createProductCache } from '../../lib/products/product-cache.ts';
import { createProductDeps } from '../../lib/products/product-deps.ts';
import { deleteProduct } from '../../lib/products/update-product.ts';
import { deleteProductContract } from './contracts.ts';

const deps = createProductDeps({ documents: createDocuments(), ...config });
const cache = createProductCache(config);

export const handler = endpoint(deleteProductContract, async ({ params }) => {
  const productId = params.product_id;
  await cache.whileChanging(productId, () => deleteProduct(deps, { productId }));
  return {};
});
