import { endpoint } from '../../lib/http/endpoint.ts';
import { cancelOrder } from '../../lib/orders/cancel-order.ts';
import { createOrderMetrics } from '../../lib/orders/order-metrics.ts';
import { createOrderStore } from '../../lib/orders/order-store.ts';
import { createPurchaseStore } from '../../lib/orders/purchase-store.ts';
import { systemClock } from '../../lib/platform/clock.ts';
import { config } from '../../lib/platform/config.ts';
import { createDocuments } from '../../lib/platform/dynamodb.ts';
import { createProductStores } from '../../lib/products/product-stores.ts';
import { cancelOrderContract } from './contracts.ts';

const documents = createDocuments();
const metrics = createOrderMetrics();
const deps = {
  ...createProductStores({ documents, ...config }),
  orders: createOrderStore({ documents, table: config.ordersTable }),
  purchases: createPurchaseStore({ table: config.purchasesTable }),
  clock: systemClock,
  metrics,
};

export const handler = endpoint(cancelOrderContract, async ({ params }, caller) => {
  const body = await cancelOrder(deps, params.order_id, caller);
  metrics.publish();
  return { body };
});
