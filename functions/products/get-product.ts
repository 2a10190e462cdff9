import { publicEndpoint } from '../../lib/http/public-endpoint.ts';
import { config } from '../../lib/platform/config.ts';
import { createDocuments } from '../../lib/platform/dynamodb.ts';
import { createProductBrowser } from '../../lib/products/product-browser.ts';
import { createProductCache } from '../../lib/products/product-cache.ts';
import { createProductStores } from '../../lib/products/product-stores.ts';
import { getProductContract } from './contracts.ts';
import { productResponse } from './responses.ts';

const reader = createProductBrowser(
  { ...createProductStores({ documents: createDocuments(), ...config }), ...config },
  createProductCache(config),
);

export const handler = publicEndpoint(getProductContract, async ({ params }) =>
  productResponse(await reader.read(params.product_id)),
);
