import type { DynamoDBStreamEvent } from 'aws-lambda';
import { type Order, order } from '../orders/order.ts';
import { newImageOf } from '../platform/stream-record.ts';

/**
 * The orders in a batch of the orders stream, in its order and each once. A record that is no order goes to
 * `unreadable` and does not hold up the rest.
 */
export function ordersIn(event: DynamoDBStreamEvent): {
  orders: Order[];
  unreadable: { id: string; error: unknown }[];
} {
  const orders = new Map<string, Order>();
  const unreadable: { id: string; error: unknown }[] = [];
  for (const record of event.Records) {
    try {
      const parsed = order.parse(newImageOf(record));
      orders.set(parsed.id, parsed);
    } catch (error) {
      unreadable.push({ id: record.eventID ?? 'unknown', error });
    }
  }
  return { orders: [...orders.values()], unreadable };
}
