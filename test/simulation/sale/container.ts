import { createCartStore } from '../../../lib/carts/cart-store.ts';
import { createOrderDeps } from '../../../lib/orders/order-deps.ts';
import type { Documents } from '../../../lib/platform/dynamodb.ts';
import { createProductBrowser } from '../../../lib/products/product-browser.ts';
import { createProductCache } from '../../../lib/products/product-cache.ts';
import { createProductStore } from '../../../lib/products/product-store.ts';

// Read when the metrics are made: nobody collects them here.
process.env['POWERTOOLS_METRICS_DISABLED'] = 'true';

export const tablePrefix = 'sale';
export const tableName = (noun: string): string => `${tablePrefix}-${noun}`;

const tables = { productsTable: tableName('products'), stockTable: tableName('stock') };

export type Container = ReturnType<typeof createContainer>;

/** What the functions of the product make once in each environment, with the memory they keep there. */
export const createContainer = (documents: Documents) => ({
  ...createOrderDeps({
    documents,
    ...tables,
    ordersTable: tableName('orders'),
    purchasesTable: tableName('purchases'),
  }),
  reader: createProductBrowser(
    {
      documents,
      ...tables,
      products: createProductStore({ documents, table: tables.productsTable }),
      currency: 'EUR',
    },
    createProductCache({ ...tables, cacheUrl: undefined }),
  ),
  carts: createCartStore({ documents, table: tableName('carts') }),
  currency: 'EUR',
  /** As processOrders keeps one for each of its environments. */
  lane: Math.random(),
});
