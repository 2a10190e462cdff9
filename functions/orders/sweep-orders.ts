import { createOrderMetrics } from '../../lib/orders/order-metrics.ts';
import { createOrderStore } from '../../lib/orders/order-store.ts';
import { createPurchaseStore } from '../../lib/orders/purchase-store.ts';
import { sweepOrders } from '../../lib/orders/sweep-orders.ts';
import { systemClock } from '../../lib/platform/clock.ts';
import { config } from '../../lib/platform/config.ts';
import { createDocuments } from '../../lib/platform/dynamodb.ts';
import { logger } from '../../lib/platform/logger.ts';
import { createCatalog } from '../../lib/products/catalog.ts';
import { createProductStores } from '../../lib/products/product-stores.ts';
import { worker } from '../../lib/stream/worker.ts';

const documents = createDocuments();
const tables = { documents, ...config };
const metrics = createOrderMetrics();
const deps = {
  ...createProductStores(tables),
  catalog: createCatalog(tables),
  orders: createOrderStore({ documents, table: config.ordersTable }),
  purchases: createPurchaseStore({ table: config.purchasesTable }),
  clock: systemClock,
  metrics,
};

export const handler = worker('sweepOrders', async (_event, deadline) => {
  const { decided, failures } = await sweepOrders(deps, deadline);
  if (decided > 0) logger.warn('orders were left PENDING by the worker and are decided now', { decided });
  for (const error of failures) {
    metrics.failure();
    logger.error('an order could not be decided', { error });
  }
  metrics.publish();
});
