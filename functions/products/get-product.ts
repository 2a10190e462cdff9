import { publicEndpoint } from '../../lib/http/public-endpoint.ts';
import { config } from '../../lib/platform/config.ts';
import { createDocuments } from '../../lib/platform/dynamodb.ts';
import { createProductBrowser } from '../../lib/products/product-browser.ts';
import { createProductCache } from '../../lib/products/product-cache.ts';
import { getProductContract } from './contracts.ts';
import { productResponse } from './responses.ts';

const cache = createProductCache(config);
const browser = createProductBrowser({ documents: createDocuments(), ...config, cache });

export const handler = publicEndpoint(getProductContract, async ({ params }) =>
  productResponse(await browser.read(params.product_id)),
);
