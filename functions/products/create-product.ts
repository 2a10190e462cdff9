import { endpoint } from '../../lib/http/endpoint.ts';
import { config } from '../../lib/platform/config.ts';
import { createDocuments } from '../../lib/platform/dynamodb.ts';
import { createProduct } from '../../lib/products/create-product.ts';
import { createProductDeps } from '../../lib/products/product-deps.ts';
import { createProductContract } from './contracts.ts';
import { idempotencyFor, newProductResponse } from './responses.ts';

const deps = createProductDeps({ documents: createDocuments(), ...config });

export const handler = endpoint(createProductContract, async ({ headers, body }, caller) => {
  const idempotency = idempotencyFor('createProduct', caller, headers, body);
  return newProductResponse(await createProduct(deps, { ...body, currency: config.currency, idempotency }));
});
