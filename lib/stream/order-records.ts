import type { DynamoDBStreamEvent } from 'aws-lambda';
import { type Order, order } from '../orders/order.ts';
import { logger } from '../platform/logger.ts';
import { newImageOf } from '../platform/stream-record.ts';

/** What was made of the records of a batch, and those of which nothing could be made. */
interface Batch<T> {
  readonly read: T[];
  readonly unreadable: { readonly id: string; readonly error: unknown }[];
}

/**
 * What `read` makes of the orders in a batch of the orders stream as its records show them, in its order: one that
 * changed twice, or was delivered twice, comes twice. A record that is no order, or that `read` throws for, goes to
 * `unreadable` and does not hold up the rest. One of an order that was deleted is passed over.
 */
export function ordersIn<T>(event: DynamoDBStreamEvent, read: (order: Order) => T): Batch<T> {
  const batch: Batch<T> = { read: [], unreadable: [] };
  for (const record of event.Records) {
    if (record.eventName === 'REMOVE') continue;
    try {
      batch.read.push(read(order.parse(newImageOf(record))));
    } catch (error) {
      batch.unreadable.push({ id: record.eventID ?? 'unknown', error });
    }
  }
  return batch;
}

/** The same; what cannot be read is logged and counted as a failure. */
export function readableOrders<T>(
  event: DynamoDBStreamEvent,
  metrics: { failure(): void },
  read: (order: Order) => T,
): Batch<T> {
  const batch = ordersIn(event, read);
  for (const { id, error } of batch.unreadable) {
    metrics.failure();
    logger.error('STREAM_RECORD_UNREADABLE', { event_id: id, error });
  }
  return batch;
}
