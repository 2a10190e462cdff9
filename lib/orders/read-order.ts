import { DomainError } from '../errors.ts';
import type { Order } from './order.ts';
import type { OrderStore } from './order-store.ts';

/** Who asks: only an order's customer and an ADMIN may see or change it. */
export interface Caller {
  readonly id: string;
  readonly role: 'ADMIN' | 'USER';
}

/** @throws {DomainError} `order_not_found`, or `forbidden` for another customer's order */
export async function readOrder(orders: OrderStore, id: string, viewer: Caller): Promise<Order> {
  const found = await orders.get(id);
  if (found === undefined) throw new DomainError('order_not_found');
  if (viewer.role !== 'ADMIN' && viewer.id !== found.customer_id) throw new DomainError('forbidden');
  return found;
}
