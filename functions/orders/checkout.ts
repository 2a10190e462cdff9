import { createCartStore } from '../../lib/carts/cart-store.ts';
import { endpoint } from '../../lib/http/endpoint.ts';
import { checkout } from '../../lib/orders/checkout.ts';
import { createOrderDeps } from '../../lib/orders/order-deps.ts';
import { config } from '../../lib/platform/config.ts';
import { createDocuments } from '../../lib/platform/dynamodb.ts';
import { createRateLimits } from '../../lib/rate-limit/rate-limits.ts';
import { checkoutContract } from './contracts.ts';
import { placedReply } from './replies.ts';

const documents = createDocuments();
const carts = createCartStore({ documents, table: config.cartsTable });
const rateLimits = createRateLimits({ documents: createDocuments({ maxAttempts: 1 }), ...config });
const deps = { ...createOrderDeps({ documents, ...config }), currency: config.currency };

/** Carts whose first read has the limits counted beside it, which saves a round trip. */
function countedCarts(admit: () => Promise<void>) {
  let admission: Promise<void> | undefined;
  return {
    ...carts,
    async get(customerId: string) {
      admission ??= admit();
      const [cart] = await Promise.all([carts.get(customerId), admission]);
      return cart;
    },
  };
}

export const handler = endpoint(
  checkoutContract,
  async ({ headers, body }, _caller, admit) => {
    const request = { ...body, idempotency_key: headers['idempotency-key'] };
    try {
      return placedReply(await checkout({ ...deps, carts: countedCarts(admit) }, request));
    } finally {
      deps.metrics.publish();
    }
  },
  { rateLimits, admitsItself: true },
);
