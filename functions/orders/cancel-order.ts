import { endpoint } from '../../lib/http/endpoint.ts';
import { cancelOrder } from '../../lib/orders/cancel-order.ts';
import { createOrderDeps } from '../../lib/orders/order-deps.ts';
import { config } from '../../lib/platform/config.ts';
import { createDocuments } from '../../lib/platform/dynamodb.ts';
import { cancelOrderContract } from './contracts.ts';

const deps = createOrderDeps({ documents: createDocuments(), ...config });

export const handler = endpoint(cancelOrderContract, async ({ params }, caller) => {
  try {
    return { body: await cancelOrder(deps, { orderId: params.order_id, caller }) };
  } finally {
    deps.metrics.emit();
  }
});
