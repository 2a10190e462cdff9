import { publicEndpoint } from '../../lib/http/public-endpoint.ts';
import { config } from '../../lib/platform/config.ts';
import { createDocuments } from '../../lib/platform/dynamodb.ts';
import { createProductBrowser } from '../../lib/products/product-browser.ts';
import { createProductCache } from '../../lib/products/product-cache.ts';
import { createProductStores } from '../../lib/products/product-stores.ts';
import { listProductsContract } from './contracts.ts';

const reader = createProductBrowser(
  { ...createProductStores({ documents: createDocuments(), ...config }), ...config },
  createProductCache(config),
);

export const handler = publicEndpoint(listProductsContract, async ({ query }) => ({
  body: await reader.list(query.limit, query.cursor?.id),
}));
