import type { EventBus } from '../platform/event-bus.ts';
import type { Order } from './order.ts';
import { eventOfOrder } from './order-event.ts';

/**
 * Tells the bus of each order that is decided. PENDING ones are passed over. Safe to call again with the same
 * orders: they make the same events with the same ids.
 *
 * @param orders images of the stream; an order confirmed and then cancelled is in it twice and makes two events
 * @throws when the bus does not have all of them: call again with the same orders
 */
export function publishOrders(bus: EventBus, orders: readonly Order[]): Promise<void> {
  return bus.put(
    orders.flatMap((order) => {
      const event = eventOfOrder(order);
      return event === undefined ? [] : { ...event, time: new Date(event.detail.order.decided_at) };
    }),
  );
}
