import { endpoint } from '../../lib/http/endpoint.ts';
import { parseEntityTags } from '../../lib/http/entity-tags.ts';
import { config } from '../../lib/platform/config.ts';
import { createDocuments } from '../../lib/platform/dynamodb.ts';
import { createInventory } from '../../lib/products/inventory.ts';
import { createProductCache } from '../../lib/products/product-cache.ts';
import { createProductStores } from '../../lib/products/product-stores.ts';
import { updateProduct } from '../../lib/products/update-product.ts';
import { updateProductContract } from './contracts.ts';
import { productResponse } from './responses.ts';

const tables = { documents: createDocuments(), ...config };
const stores = createProductStores(tables);
const inventory = createInventory(tables);
const cache = createProductCache(config);

export const handler = endpoint(updateProductContract, async ({ params, headers, body }) =>
  productResponse(
    await cache.whileChanging(params.product_id, () =>
      updateProduct(stores, inventory, params.product_id, body, versionsOf(headers['if-match'])),
    ),
  ),
);

/**
 * The versions that If-Match names: what stands before the first dot of a strong ETag of ours. A weak tag never
 * matches (RFC 9110, section 13.1.1), a foreign one names no version. None at all for `*`, which any matches.
 */
function versionsOf(ifMatch: string | undefined): number[] | undefined {
  const tags = ifMatch === undefined ? '*' : parseEntityTags(ifMatch);
  if (tags === '*' || tags === undefined) return undefined;
  return tags.flatMap(({ weak, opaque }) => {
    const digits = /^(\d{1,15})(\.|$)/.exec(opaque)?.[1];
    return weak || digits === undefined ? [] : [Number(digits)];
  });
}
