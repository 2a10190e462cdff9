import { nextCursor } from '../platform/cursor.ts';
import { logger } from '../platform/logger.ts';
import type { Order, OrderStatus } from './order.ts';
import { type OrderPosition, type OrderStore, orderPosition } from './order-store.ts';

/** Pages of the index that one request goes through in search of a status. */
const maxPages = 5;

/**
 * A page of a customer's orders, newest first. An order that cannot be read is logged and left out. So, and where a
 * status is asked for, the page may hold fewer than `limit`, even none, and still have a cursor: the list ends where
 * there is no cursor.
 */
export async function listOrders(
  orders: OrderStore,
  customer_id: string,
  {
    status,
    limit,
    after,
  }: { status?: OrderStatus | undefined; limit: number; after?: OrderPosition | undefined },
): Promise<{ items: Order[]; next_cursor: string | null }> {
  const items: Order[] = [];
  let position = after;
  /** The last position that a cursor can name: that of a row which names no order of ours would be refused. */
  let resumeAt: OrderPosition | undefined;
  for (let page = 0; page < maxPages || resumeAt === undefined; page++) {
    const positions = await orders.listByCustomer(customer_id, limit, position);
    const { orders: stored, unreadable } = await orders.getAll(positions.map(({ id }) => id));
    for (const { id, error } of unreadable) logger.error('STORED_ORDER_UNREADABLE', { order_id: id, error });
    for (const order of stored) {
      if (status !== undefined && order.status !== status) continue;
      items.push(order);
      const { id, created_at } = order;
      if (items.length === limit) return { items, next_cursor: nextCursor({ id, created_at }) };
    }
    position = positions.at(-1);
    resumeAt = positions.findLast((one) => orderPosition.safeParse(one).success) ?? resumeAt;
    if (positions.length < limit) return { items, next_cursor: null };
  }
  return { items, next_cursor: nextCursor(resumeAt) };
}
