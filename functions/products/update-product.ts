import { endpoint } from '../../lib/http/endpoint.ts';
import { parseEntityTags } from '../../lib/http/entity-tags.ts';
import { config } from '../../lib/platform/config.ts';
import { createDocuments } from '../../lib/platform/dynamodb.ts';
import { createProductCache } from '../../lib/products/product-cache.ts';
import { createProductDeps } from '../../lib/products/product-deps.ts';
import { updateProduct } from '../../lib/products/update-product.ts';
import { updateProductContract } from './contracts.ts';
import { productResponse } from './responses.ts';

const deps = createProductDeps({ documents: createDocuments(), ...config });
const cache = createProductCache(config);

export const handler = endpoint(updateProductContract, async ({ params, headers, body: change }) => {
  const productId = params.product_id;
  const ifVersionIn = versionsIn(headers['if-match']);
  return productResponse(
    await cache.whileChanging(productId, () => updateProduct(deps, { productId, change, ifVersionIn })),
  );
});

/**
 * Returns the versions in an If-Match header: the part of each strong ETag before the first dot; undefined for `*`,
 * which matches any version. Skips ETags of other formats and weak ones, which never match (RFC 9110, section
 * 13.1.1).
 */
function versionsIn(ifMatch: string | undefined): number[] | undefined {
  const tags = ifMatch === undefined ? '*' : parseEntityTags(ifMatch);
  if (tags === '*' || tags === undefined) return undefined;
  return tags.flatMap(({ weak, opaque }) => {
    const digits = /^(\d{1,15})(\.|$)/.exec(opaque)?.[1];
    return weak || digits === undefined ? [] : [Number(digits)];
  });
}
