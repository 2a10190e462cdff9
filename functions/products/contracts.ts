import * as z from 'zod/mini';
import { contract } from '../../lib/http/contract.ts';
import { entityTags } from '../../lib/http/entity-tags.ts';
import { idempotencyKey } from '../../lib/http/idempotency-key.ts';
import { cursorOf } from '../../lib/platform/cursor.ts';
import { id, pageLimit, price, text, units } from '../../lib/platform/primitives.ts';
import { productView } from '../../lib/products/product.ts';
import { newProduct, productChange } from '../../lib/products/product-input.ts';

const productParams = z.object({ product_id: id });

const keyed = z.object({ 'idempotency-key': z.optional(idempotencyKey) });

export const listProductsContract = contract({
  operation: 'listProducts',
  summary: 'List active products, oldest first',
  routes: ['GET /product', 'GET /product/all'],
  access: 'anyone',
  request: {
    query: z.object({
      limit: pageLimit,
      cursor: z.optional(cursorOf(z.strictObject({ id }))),
    }),
  },
  response: {
    status: 200,
    body: z.object({ items: z.array(productView), next_cursor: z.nullable(z.string()) }),
    // Two seconds here and two in the server's cache stay below the five seconds that the list may be old.
    cacheControl: 'public, max-age=2',
  },
  errors: ['contention'],
});

export const getProductContract = contract({
  operation: 'getProduct',
  summary: 'Get a product with its exact stock and units sold',
  routes: ['GET /product/{product_id}'],
  access: 'anyone',
  request: { params: productParams },
  // Stock is exact, so clients must revalidate a cached response.
  response: { status: 200, body: productView, headers: ['ETag'], cacheControl: 'no-cache' },
  errors: ['contention', 'product_not_found'],
});

export const createProductContract = contract({
  operation: 'createProduct',
  summary: 'Create a product',
  routes: ['POST /product'],
  access: 'admin',
  request: { headers: keyed, body: newProduct },
  response: { status: 201, body: productView, headers: ['ETag', 'Location', 'Idempotent-Replayed'] },
  errors: ['contention', 'idempotency_key_reused'],
});

export const addProductContract = contract({
  operation: 'addProduct',
  summary: 'Create a product with the field names of the 12.12 shop',
  routes: ['POST /product/add'],
  access: 'admin',
  request: {
    headers: keyed,
    body: z.strictObject({ product_name: text(200), stock: units, price: z._default(price, 0) }),
  },
  response: { status: 201, body: productView, headers: ['ETag', 'Location', 'Idempotent-Replayed'] },
  errors: ['contention', 'idempotency_key_reused'],
});

export const addStockContract = contract({
  operation: 'addStock',
  summary: 'Add units to the stock of a product',
  routes: ['POST /product/add-stock'],
  access: 'admin',
  request: {
    headers: keyed,
    body: z.strictObject({ product_id: id, stock: units.check(z.minimum(1)) }),
  },
  response: { status: 200, body: productView, headers: ['ETag', 'Idempotent-Replayed'] },
  errors: ['contention', 'idempotency_key_reused', 'product_not_found'],
});

export const updateProductContract = contract({
  operation: 'updateProduct',
  summary: 'Update a product',
  routes: ['PATCH /product/{product_id}'],
  access: 'admin',
  request: {
    params: productParams,
    headers: z.object({
      'if-match': z.optional(
        z.string().check(z.maxLength(1_000), z.regex(entityTags, { error: 'Must be * or a list of ETags' })),
      ),
    }),
    body: productChange,
  },
  response: { status: 200, body: productView, headers: ['ETag'] },
  errors: ['contention', 'product_not_found', 'version_mismatch'],
});

export const deleteProductContract = contract({
  operation: 'deleteProduct',
  summary: 'Delete a product',
  routes: ['DELETE /product/{product_id}'],
  access: 'admin',
  request: { params: productParams },
  response: { status: 204 },
  errors: ['contention', 'product_not_found'],
});
