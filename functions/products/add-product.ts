import { endpoint } from '../../lib/http/endpoint.ts';
import { config } from '../../lib/platform/config.ts';
import { createDocuments } from '../../lib/platform/dynamodb.ts';
import { createProduct } from '../../lib/products/create-product.ts';
import { createProductDeps } from '../../lib/products/product-deps.ts';
import { addProductContract } from './contracts.ts';
import { idempotencyFor, newProductResponse } from './responses.ts';

const deps = createProductDeps({ documents: createDocuments(), ...config });

export const handler = endpoint(addProductContract, async ({ headers, body }, caller) => {
  const { product_name: name, ...rest } = body;
  const product = { name, ...rest };
  const idempotency = idempotencyFor('createProduct', caller, headers, product);
  return newProductResponse(await createProduct(deps, { ...product, currency: config.currency, idempotency }));
});
