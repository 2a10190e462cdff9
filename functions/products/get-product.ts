import { publicEndpoint } from '../../lib/http/endpoint.ts';
import { config } from '../../lib/platform/config.ts';
import { createDocuments } from '../../lib/platform/dynamodb.ts';
import { createCatalog } from '../../lib/products/catalog.ts';
import { readProduct } from '../../lib/products/read-product.ts';
import { getProductContract } from './contracts.ts';
import { productReply } from './replies.ts';

const catalog = createCatalog({ documents: createDocuments(), ...config });

export const handler = publicEndpoint(getProductContract, async ({ params }) =>
  productReply(await readProduct(catalog, params.product_id)),
);
