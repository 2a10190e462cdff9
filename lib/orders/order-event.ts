import * as z from 'zod/mini';
import { type Order, orderView } from './order.ts';

/** An order in the state that the event tells of, as GET /order/{order_id} shows it. */
const decided = z.extend(orderView, { decided_at: z.string() });

const eventOf = <Type extends string, Shape extends z.ZodMiniType>(type: Type, order: Shape) =>
  z.object({
    source: z.literal('sellout.orders'),
    'detail-type': z.literal(type),
    detail: z.object({
      /** `<order id>:<status>`: an order reaches a status once, so a repetition has the same and nothing else has. */
      event_id: z.string(),
      order,
    }),
  });

/** What a rule on the bus sees of a decided order, without what EventBridge adds by itself. */
export const orderEvent = z.discriminatedUnion('detail-type', [
  eventOf('order.confirmed', z.extend(decided, { status: z.literal('CONFIRMED') })),
  eventOf('order.rejected', z.extend(decided, { status: z.literal('REJECTED') })),
  eventOf('order.cancelled', z.extend(decided, { status: z.literal('CANCELLED') })),
]);
export type OrderEvent = z.output<typeof orderEvent>;

/** The event of an order's state; undefined while it is PENDING. What only we know of an order stays behind. */
export const eventOfOrder = (order: Order): OrderEvent | undefined =>
  order.status === 'PENDING'
    ? undefined
    : orderEvent.parse({
        source: 'sellout.orders',
        'detail-type': `order.${order.status.toLowerCase()}`,
        detail: { event_id: `${order.id}:${order.status}`, order },
      });
