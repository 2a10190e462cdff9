import type { DynamoDBStreamEvent } from 'aws-lambda';
import { createOrderMetrics } from '../../lib/orders/order-metrics.ts';
import { createOrderStore } from '../../lib/orders/order-store.ts';
import { processOrders } from '../../lib/orders/process-orders.ts';
import { createPurchaseStore } from '../../lib/orders/purchase-store.ts';
import { systemClock } from '../../lib/platform/clock.ts';
import { config } from '../../lib/platform/config.ts';
import { createDocuments } from '../../lib/platform/dynamodb.ts';
import { logger } from '../../lib/platform/logger.ts';
import { createCatalog } from '../../lib/products/catalog.ts';
import { createProductStores } from '../../lib/products/product-stores.ts';
import { ordersIn } from '../../lib/stream/order-records.ts';
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

/** Lambda runs one environment for each stream shard: each begins its search for stock elsewhere. */
const lane = Math.random();

export const handler = worker('processOrders', async (event: DynamoDBStreamEvent) => {
  const { orders, unreadable } = ordersIn(event);
  for (const { id, error } of unreadable) {
    metrics.failure();
    logger.error('a record of the orders stream cannot be read', { event_id: id, error });
  }
  try {
    await processOrders(deps, orders, lane);
  } finally {
    metrics.publish();
  }
});
