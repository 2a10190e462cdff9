import { nextCursor } from '../platform/cursor.ts';
import { logger } from '../platform/logger.ts';
import type { Order, OrderStatus } from './order.ts';
import { type OrderPosition, type OrderStore, orderPosition } from './order-store.ts';

/** Index pages that one request reads at most to find orders of a status. */
const maxPages = 5;

interface ListInput {
  readonly customerId: string;
  readonly status?: OrderStatus | undefined;
  readonly limit: number;
  readonly after?: OrderPosition | undefined;
}

/**
 * Lists a customer's orders, newest first. Logs and omits orders that cannot be read.
 *
 * A page can have fewer than `limit` orders, even none. The list ends when `next_cursor` is null.
 */
export async function listOrders(
  { orders }: { readonly orders: Pick<OrderStore, 'listByCustomer' | 'getAll'> },
  { customerId, status, limit, after }: ListInput,
): Promise<{ items: Order[]; next_cursor: string | null }> {
  const items: Order[] = [];
  let position = after;
  /** The last position that fits into a cursor. The index row of a damaged item may not fit. */
  let resumeAt: OrderPosition | undefined;
  for (let page = 0; page < maxPages || resumeAt === undefined; page++) {
    const positions = await orders.listByCustomer(customerId, limit, position);
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
