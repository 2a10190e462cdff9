import { publicEndpoint } from '../../lib/http/public-endpoint.ts';
import { config } from '../../lib/platform/config.ts';
import { createDocuments } from '../../lib/platform/dynamodb.ts';
import { createProductStore } from '../../lib/products/product-store.ts';
import { healthContract } from './contracts.ts';

const products = createProductStore({ documents: createDocuments(), table: config.productsTable });

export const handler = publicEndpoint(healthContract, async () => {
  await products.get('health');
  return { body: { status: 'ok' as const } };
});
