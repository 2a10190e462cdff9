import type { PlacedOrder } from '../../lib/orders/idempotency.ts';
import type { Order } from '../../lib/orders/order.ts';

/** How both ways to order show an order, and say when it was made by an earlier request. */
export function placedOrderResponse({ order, replayed }: PlacedOrder): {
  body: Order;
  headers: Record<string, string>;
} {
  const headers = { Location: `/order/${order.id}` };
  return { body: order, headers: replayed ? { ...headers, 'Idempotent-Replayed': 'true' } : headers };
}
