import { createCartStore } from '../../lib/carts/cart-store.ts';
import { endpoint } from '../../lib/http/endpoint.ts';
import { rateLimits } from '../../lib/http/rate-limits.ts';
import { checkout } from '../../lib/orders/checkout.ts';
import { createOrderDeps } from '../../lib/orders/order-deps.ts';
import { config } from '../../lib/platform/config.ts';
import { createDocuments } from '../../lib/platform/dynamodb.ts';
import { checkoutContract } from './contracts.ts';
import { placedOrderResponse } from './responses.ts';

const documents = createDocuments();
const carts = createCartStore({ documents, table: config.cartsTable });
const deps = { ...createOrderDeps({ documents, ...config }), currency: config.currency };

export const handler = endpoint(
  checkoutContract,
  async ({ headers, body }, _caller, checkRateLimits) => {
    const request = { ...body, idempotency_key: headers['idempotency-key'] };
    const admission = checkRateLimits();
    // Counted beside the first read of the cart, which saves a round trip.
    const get = async (id: string) => (await Promise.all([carts.get(id), admission]))[0];
    try {
      return placedOrderResponse(await checkout({ ...deps, carts: { ...carts, get } }, request));
    } finally {
      deps.metrics.publish();
      // A checkout that is refused still looks for an earlier order with its key, which it is not to answer with.
      await admission;
    }
  },
  { rateLimits, useCaseChecksRateLimits: true },
);
