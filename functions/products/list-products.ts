import { publicEndpoint } from '../../lib/http/public-endpoint.ts';
import { config } from '../../lib/platform/config.ts';
import { createDocuments } from '../../lib/platform/dynamodb.ts';
import { createProductBrowser } from '../../lib/products/product-browser.ts';
import { createProductCache } from '../../lib/products/product-cache.ts';
import { listProductsContract } from './contracts.ts';

const cache = createProductCache(config);
const browser = createProductBrowser({ documents: createDocuments(), ...config, cache });

export const handler = publicEndpoint(listProductsContract, async ({ query }) => ({
  body: await browser.list(query.limit, query.cursor?.id),
}));
