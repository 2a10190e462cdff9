import { DomainError } from '../../lib/errors.ts';
import { endpoint } from '../../lib/http/endpoint.ts';
import { listOrders } from '../../lib/orders/list-orders.ts';
import { createOrderStore } from '../../lib/orders/order-store.ts';
import { config } from '../../lib/platform/config.ts';
import { createDocuments } from '../../lib/platform/dynamodb.ts';
import { listOrdersContract } from './contracts.ts';

const orders = createOrderStore({ documents: createDocuments(), table: config.ordersTable });

export const handler = endpoint(listOrdersContract, async ({ query }, caller) => {
  const { customer_id: customerId = caller.id, status, limit, cursor: after } = query;
  if (customerId !== caller.id && caller.role !== 'ADMIN') throw new DomainError('forbidden');
  return { body: await listOrders({ orders }, { customerId, status, limit, after }) };
});
