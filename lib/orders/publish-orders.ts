import type { BusEvent } from '../platform/event-bus.ts';
import type { Order } from './order.ts';
import { eventOfOrder } from './order-event.ts';

/**
 * What the bus is told of an order as one record of the stream shows it: nothing while it is PENDING. The same image makes
 * the same event with the same id.
 *
 * @throws for an order of which no event can be made
 */
export function eventsToPublish(order: Order): BusEvent[] {
  const event = eventOfOrder(order);
  if (event === undefined) return [];
  const time = new Date(event.detail.order.decided_at);
  if (Number.isNaN(time.valueOf())) throw new Error('decided_at is no time');
  return [{ ...event, time }];
}
