import { createCartStore } from '../../../lib/carts/cart-store.ts';
import { createOrderDeps } from '../../../lib/orders/order-deps.ts';
import { systemClock } from '../../../lib/platform/clock.ts';
import type { Documents } from '../../../lib/platform/dynamodb.ts';
import { createProductBrowser } from '../../../lib/products/product-browser.ts';
import { createProductCache } from '../../../lib/products/product-cache.ts';

// Powertools reads this when metrics are created; the simulation discards them.
process.env['POWERTOOLS_METRICS_DISABLED'] = 'true';
// Likewise for logs.
process.env['POWERTOOLS_LOG_LEVEL'] = 'SILENT';

export const tablePrefix = 'sale';
export const tableName = (table: string): string => `${tablePrefix}-${table}`;

const tables = { productsTable: tableName('products'), stockTable: tableName('stock') };

export type Container = ReturnType<typeof createContainer>;

/** Creates the dependencies of one Lambda environment, with their caches. */
export const createContainer = (documents: Documents) => ({
  ...createOrderDeps({
    documents,
    ...tables,
    ordersTable: tableName('orders'),
    purchasesTable: tableName('purchases'),
  }),
  reader: createProductBrowser({
    documents,
    ...tables,
    cache: createProductCache({ ...tables, cacheUrl: undefined }),
  }),
  carts: createCartStore({ documents, table: tableName('carts'), clock: systemClock }),
  currency: 'EUR',
  /** Like processOrders, which draws one per environment. */
  shardOffset: Math.random(),
});
