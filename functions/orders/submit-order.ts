import { endpoint } from '../../lib/http/endpoint.ts';
import { rateLimits } from '../../lib/http/rate-limits.ts';
import { createOrderStore } from '../../lib/orders/order-store.ts';
import { submitOrder } from '../../lib/orders/submit-order.ts';
import { systemClock } from '../../lib/platform/clock.ts';
import { config } from '../../lib/platform/config.ts';
import { createDocuments } from '../../lib/platform/dynamodb.ts';
import { createInventory } from '../../lib/products/inventory.ts';
import { submitOrderContract } from './contracts.ts';
import { placedOrderResponse } from './responses.ts';

const documents = createDocuments();
const deps = {
  inventory: createInventory({ documents, ...config }),
  orders: createOrderStore({ documents, table: config.ordersTable }),
  clock: systemClock,
  currency: config.currency,
};

export const handler = endpoint(
  submitOrderContract,
  async ({ headers, body }, caller) => {
    const idempotencyKey = headers['idempotency-key'];
    return placedOrderResponse(await submitOrder(deps, { customerId: caller.id, items: body.items, idempotencyKey }));
  },
  { rateLimits },
);
