import type { DynamoDBStreamEvent } from 'aws-lambda';
import { type Order, order } from '../orders/order.ts';
import { logger } from '../platform/logger.ts';
import { newImageOf } from '../platform/stream-record.ts';

interface Batch {
  readonly orders: Order[];
  readonly unreadable: { readonly id: string; readonly error: unknown }[];
}

/**
 * Reads the orders in a batch of the orders stream, in the sequence of the records.
 *
 * An order that changed twice, or was delivered twice, occurs twice. Records of deleted items are skipped. A record that
 * is not an order is returned separately, so that it does not block the others.
 */
export function ordersIn(event: DynamoDBStreamEvent): Batch {
  const batch: Batch = { orders: [], unreadable: [] };
  for (const record of event.Records) {
    if (record.eventName === 'REMOVE') continue;
    try {
      batch.orders.push(order.parse(newImageOf(record)));
    } catch (error) {
      batch.unreadable.push({ id: record.eventID ?? 'unknown', error });
    }
  }
  return batch;
}

/** Like `ordersIn`; also logs unreadable records and counts them as failures. */
export function readOrders(event: DynamoDBStreamEvent, metrics: { failure(): void }): Batch {
  const batch = ordersIn(event);
  for (const { id, error } of batch.unreadable) {
    metrics.failure();
    logger.error('STREAM_RECORD_UNREADABLE', { event_id: id, error });
  }
  return batch;
}
