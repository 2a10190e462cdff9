import { endpoint } from '../../lib/http/endpoint.ts';
import { createOrderStore } from '../../lib/orders/order-store.ts';
import { readOrder } from '../../lib/orders/read-order.ts';
import { config } from '../../lib/platform/config.ts';
import { createDocuments } from '../../lib/platform/dynamodb.ts';
import { getOrderContract } from './contracts.ts';

const orders = createOrderStore({ documents: createDocuments(), table: config.ordersTable });

export const handler = endpoint(getOrderContract, async ({ params }, caller) => ({
  body: await readOrder({ orders }, { orderId: params.order_id, caller }),
}));
