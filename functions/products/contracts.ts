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
  summary: 'Active products in the order of their creation',
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
    // With the two seconds that the server may keep what it lists, below the five that a list may lag.
    cacheControl: 'public, max-age=2',
  },
  errors: ['contention'],
});

export const getProductContract = contract({
  operation: 'getProduct',
  summary: 'A product with its stock and sold units as they are now',
  routes: ['GET /product/{product_id}'],
  access: 'anyone',
  request: { params: productParams },
  // Stock is exact: whoever keeps the reply asks each time whether it still is.
  response: { status: 200, body: productView, headers: ['ETag'], cacheControl: 'no-cache' },
  errors: ['contention', 'product_not_found'],
});

export const createProductContract = contract({
  operation: 'createProduct',
  summary: 'Puts a product on sale',
  routes: ['POST /product'],
  access: 'admin',
  request: { headers: keyed, body: newProduct },
  response: { status: 201, body: productView, headers: ['ETag', 'Location', 'Idempotent-Replayed'] },
  errors: ['contention', 'idempotency_key_reused'],
});

export const addProductContract = contract({
  operation: 'addProduct',
  summary: 'Puts a product on sale, by the field names of the 12.12 store',
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
  summary: 'Adds units to a product',
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
  summary: 'Changes a product; orders from the reply on see the change',
  routes: ['PATCH /product/{product_id}'],
  access: 'admin',
  request: {
    params: productParams,
    headers: z.object({
      'if-match': z.optional(
        z.string().check(z.maxLength(1_000), z.regex(entityTags, { error: 'neither * nor ETags' })),
      ),
    }),
    body: productChange,
  },
  response: { status: 200, body: productView, headers: ['ETag'] },
  errors: ['contention', 'product_not_found', 'version_mismatch'],
});

export const deleteProductContract = contract({
  operation: 'deleteProduct',
  summary: 'Stops selling a product for good',
  routes: ['DELETE /product/{product_id}'],
  access: 'admin',
  request: { params: productParams },
  response: { status: 204 },
  errors: ['contention', 'product_not_found'],
});
