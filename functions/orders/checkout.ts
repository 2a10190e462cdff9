import { createCartStore } from '../../lib/carts/cart-store.ts';
import { endpoint } from '../../lib/http/endpoint.ts';
import { checkout } from '../../lib/orders/checkout.ts';
import { createOrderMetrics } from '../../lib/orders/order-metrics.ts';
import { createOrderStore } from '../../lib/orders/order-store.ts';
import { createPurchaseStore } from '../../lib/orders/purchase-store.ts';
import { systemClock } from '../../lib/platform/clock.ts';
import { config } from '../../lib/platform/config.ts';
import { createDocuments } from '../../lib/platform/dynamodb.ts';
import { createCatalog } from '../../lib/products/catalog.ts';
import { createProductStores } from '../../lib/products/product-stores.ts';
import { checkoutContract, placedReply } from './contracts.ts';

const documents = createDocuments();
const tables = { documents, ...config };
const metrics = createOrderMetrics();
const deps = {
  ...createProductStores(tables),
  catalog: createCatalog(tables),
  carts: createCartStore({ documents, table: config.cartsTable }),
  orders: createOrderStore({ documents, table: config.ordersTable }),
  purchases: createPurchaseStore({ table: config.purchasesTable }),
  clock: systemClock,
  metrics,
  currency: config.currency,
};

export const handler = endpoint(checkoutContract, async ({ headers, body }) => {
  try {
    return placedReply(await checkout(deps, { ...body, idempotency_key: headers['idempotency-key'] }));
  } finally {
    metrics.publish();
  }
});
