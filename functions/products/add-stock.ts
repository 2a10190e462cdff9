import { endpoint } from '../../lib/http/endpoint.ts';
import { config } from '../../lib/platform/config.ts';
import { createDocuments } from '../../lib/platform/dynamodb.ts';
import { addStock } from '../../lib/products/add-stock.ts';
import { createCatalog } from '../../lib/products/catalog.ts';
import { createProductStores } from '../../lib/products/product-stores.ts';
import { addStockContract } from './contracts.ts';
import { productReply } from './replies.ts';

const tables = { documents: createDocuments(), ...config };
const stores = createProductStores(tables);
const catalog = createCatalog(tables);

export const handler = endpoint(addStockContract, async ({ body }) =>
  productReply(await addStock(stores, catalog, body.product_id, body.stock)),
);
