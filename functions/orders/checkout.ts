import { createCartStore } from '../../lib/carts/cart-store.ts';
import { endpoint } from '../../lib/http/endpoint.ts';
import { checkout } from '../../lib/orders/checkout.ts';
import { createOrderDeps } from '../../lib/orders/order-deps.ts';
import { config } from '../../lib/platform/config.ts';
import { createDocuments } from '../../lib/platform/dynamodb.ts';
import { checkoutContract } from './contracts.ts';
import { placedReply } from './replies.ts';

const documents = createDocuments();
const deps = {
  ...createOrderDeps({ documents, ...config }),
  carts: createCartStore({ documents, table: config.cartsTable }),
  currency: config.currency,
};

export const handler = endpoint(checkoutContract, async ({ headers, body }) => {
  try {
    return placedReply(await checkout(deps, { ...body, idempotency_key: headers['idempotency-key'] }));
  } finally {
    deps.metrics.publish();
  }
});
