import { publicEndpoint } from '../../lib/http/endpoint.ts';
import { config } from '../../lib/platform/config.ts';
import { createDocuments } from '../../lib/platform/dynamodb.ts';
import { createCatalog } from '../../lib/products/catalog.ts';
import { listProducts } from '../../lib/products/list-products.ts';
import { createProductStores } from '../../lib/products/product-stores.ts';
import { listProductsContract } from './contracts.ts';

const tables = { documents: createDocuments(), ...config };
const stores = createProductStores(tables);
const catalog = createCatalog(tables);

export const handler = publicEndpoint(listProductsContract, async ({ query }) => ({
  body: await listProducts(stores, catalog, config.currency, query.limit, query.cursor?.id),
}));
