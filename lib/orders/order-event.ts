import * as z from 'zod/mini';
import type { BusEvent } from '../platform/event-bus.ts';
import { type Order, orderView } from './order.ts';

const source = 'sellout.orders';

/** The event type of each status that is announced. */
const eventTypes = {
  CONFIRMED: 'order.confirmed',
  REJECTED: 'order.rejected',
  CANCELLED: 'order.cancelled',
} as const satisfies Record<DecidedOrder['status'], string>;

type DecidedOrder = Extract<Order, { decided_at: string }>;

const eventSchema = <Status extends DecidedOrder['status']>(status: Status) =>
  z.object({
    source: z.literal(source),
    'detail-type': z.literal(eventTypes[status]),
    detail: z.object({
      event_id: z.string(),
      order: z.extend(orderView, { decided_at: z.string(), status: z.literal(status) }),
    }),
  });

/** The events that Sellout puts on the bus, without the fields that EventBridge adds. */
export const orderEvent = z.discriminatedUnion('detail-type', [
  eventSchema('CONFIRMED'),
  eventSchema('REJECTED'),
  eventSchema('CANCELLED'),
]);

/**
 * Returns the event that announces an order's status, or undefined for a PENDING order.
 *
 * An order reaches each status once, so `<order ID>:<status>` identifies the event, however often it is published. The
 * event contains the order as `GET /order/{order_id}` shows it.
 */
export function eventOfOrder(order: Order) {
  if (!('decided_at' in order)) return undefined;
  return {
    source,
    'detail-type': eventTypes[order.status],
    detail: { event_id: `${order.id}:${order.status}`, order: orderView.parse(order) },
    time: new Date(order.decided_at),
  } satisfies BusEvent;
}
