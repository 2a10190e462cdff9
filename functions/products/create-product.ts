import { endpoint } from '../../lib/http/endpoint.ts';
import { config } from '../../lib/platform/config.ts';
import { createDocuments } from '../../lib/platform/dynamodb.ts';
import { createProduct } from '../../lib/products/create-product.ts';
import { createProductStores } from '../../lib/products/product-stores.ts';
import { createProductContract } from './contracts.ts';
import { newProductReply } from './replies.ts';

const stores = createProductStores({ documents: createDocuments(), ...config });

export const handler = endpoint(createProductContract, async ({ body }) =>
  newProductReply(await createProduct(stores, body)),
);
