import type { DynamoDBStreamEvent } from 'aws-lambda';
import { type Order, order } from '../orders/order.ts';
import { logger } from '../platform/logger.ts';
import { newImageOf } from '../platform/stream-record.ts';

/**
 * The orders in a batch of the orders stream as its records show them, in its order: one that changed twice, or
 * was delivered twice, comes twice. A record that is no order goes to `unreadable` and does not hold up the rest.
 */
export function ordersIn(event: DynamoDBStreamEvent): {
  orders: Order[];
  unreadable: { id: string; error: unknown }[];
} {
  const orders: Order[] = [];
  const unreadable: { id: string; error: unknown }[] = [];
  for (const record of event.Records) {
    try {
      orders.push(order.parse(newImageOf(record)));
    } catch (error) {
      unreadable.push({ id: record.eventID ?? 'unknown', error });
    }
  }
  return { orders, unreadable };
}

/** The same; what cannot be read is logged and counted as a failure. */
export function readableOrders(event: DynamoDBStreamEvent, metrics: { failure(): void }): Order[] {
  const { orders, unreadable } = ordersIn(event);
  for (const { id, error } of unreadable) {
    metrics.failure();
    logger.error('a record of the orders stream cannot be read', { event_id: id, error });
  }
  return orders;
}
