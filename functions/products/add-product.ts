import { endpoint } from '../../lib/http/endpoint.ts';
import { config } from '../../lib/platform/config.ts';
import { createDocuments } from '../../lib/platform/dynamodb.ts';
import { createProduct } from '../../lib/products/create-product.ts';
import { createProductStores } from '../../lib/products/product-stores.ts';
import { addProductContract } from './contracts.ts';
import { newProductReply } from './replies.ts';

const stores = createProductStores({ documents: createDocuments(), ...config });

export const handler = endpoint(addProductContract, async ({ body: { product_name, ...rest } }) =>
  newProductReply(await createProduct(stores, { name: product_name, ...rest })),
);
