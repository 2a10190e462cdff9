import { createCartStore } from '../../lib/carts/cart-store.ts';
import { endpoint } from '../../lib/http/endpoint.ts';
import { rateLimits } from '../../lib/http/rate-limits.ts';
import { checkout } from '../../lib/orders/checkout.ts';
import { createOrderDeps } from '../../lib/orders/order-deps.ts';
import { systemClock } from '../../lib/platform/clock.ts';
import { config } from '../../lib/platform/config.ts';
import { createDocuments } from '../../lib/platform/dynamodb.ts';
import { checkoutContract } from './contracts.ts';
import { placedOrderResponse } from './responses.ts';

const documents = createDocuments();
const deps = {
  ...createOrderDeps({ documents, ...config }),
  carts: createCartStore({ documents, table: config.cartsTable, clock: systemClock }),
  currency: config.currency,
};

export const handler = endpoint(
  checkoutContract,
  async ({ headers, body }, _caller, checkRateLimits) => {
    try {
      const placed = await checkout(deps, {
        customerId: body.customer_id,
        expectedTotal: body.expected_total,
        idempotencyKey: headers['idempotency-key'],
        beforeWrite: checkRateLimits,
      });
      return placedOrderResponse(placed);
    } finally {
      deps.metrics.emit();
    }
  },
  { rateLimits, useCaseChecksRateLimits: true },
);
