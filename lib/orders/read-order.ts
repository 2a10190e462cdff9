import { DomainError } from '../errors.ts';
import type { Caller } from '../platform/caller.ts';
import type { Order } from './order.ts';
import type { OrderStore } from './order-store.ts';

/**
 * Reads an order that the caller may see: their own, or any for an ADMIN.
 *
 * @throws {DomainError} `order_not_found`, `forbidden`
 */
export async function readOrder(
  { orders }: { readonly orders: Pick<OrderStore, 'get'> },
  { orderId, caller }: { readonly orderId: string; readonly caller: Caller },
): Promise<Order> {
  const found = await orders.get(orderId);
  if (found === undefined) throw new DomainError('order_not_found');
  if (caller.role !== 'ADMIN' && caller.id !== found.customer_id) throw new DomainError('forbidden');
  return found;
}
