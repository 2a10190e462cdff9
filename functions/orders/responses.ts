import type { PlacedOrder } from '../../lib/orders/idempotency.ts';
import type { Order } from '../../lib/orders/order.ts';

/** Creates the response to a checkout or a submitted order. `Idempotent-Replayed` marks the order of an earlier request. */
export function placedOrderResponse({ order, replayed }: PlacedOrder): {
  body: Order;
  headers: Record<string, string>;
} {
  const location = { Location: `/order/${order.id}` };
  return { body: order, headers: replayed ? { ...location, 'Idempotent-Replayed': 'true' } : location };
}
