import { endpoint } from '../../lib/http/endpoint.ts';
import { config } from '../../lib/platform/config.ts';
import { createDocuments } from '../../lib/platform/dynamodb.ts';
import { createCatalog } from '../../lib/products/catalog.ts';
import { createProductStores } from '../../lib/products/product-stores.ts';
import { updateProduct } from '../../lib/products/update-product.ts';
import { updateProductContract } from './contracts.ts';
import { productReply } from './replies.ts';

const tables = { documents: createDocuments(), ...config };
const stores = createProductStores(tables);
const catalog = createCatalog(tables);

export const handler = endpoint(updateProductContract, async ({ params, headers, body }) =>
  productReply(await updateProduct(stores, catalog, params.product_id, body, versionOf(headers['if-match']))),
);

/** The version in an ETag; none for `*`, which any version matches. */
function versionOf(etag: string | undefined): number | undefined {
  const digits = /^"(\d+)/.exec(etag ?? '')?.[1];
  return digits === undefined ? undefined : Number(digits);
}
