import type { DynamoDBRecord, DynamoDBStreamEvent } from 'aws-lambda';
import { type Order, order } from '../orders/order.ts';
import { logger } from '../platform/logger.ts';
import { newImageOf } from '../platform/stream-record.ts';

interface Batch {
  /** By record, in the sequence of the records. */
  readonly orders: ReadonlyMap<DynamoDBRecord, Order>;
  /** Why a record cannot be read, by record. */
  readonly unreadable: ReadonlyMap<DynamoDBRecord, unknown>;
}

/**
 * Reads the orders in a batch of the orders stream. Logs records that are not orders and counts them as failures.
 *
 * An order that changed twice, or was delivered twice, occurs twice. Records of deleted items are skipped.
 */
export function readOrders({ Records }: DynamoDBStreamEvent, metrics: { failure(): void }): Batch {
  const orders = new Map<DynamoDBRecord, Order>();
  const unreadable = new Map<DynamoDBRecord, unknown>();
  for (const record of Records) {
    if (record.eventName === 'REMOVE') continue;
    try {
      orders.set(record, order.parse(newImageOf(record)));
    } catch (error) {
      unreadable.set(record, error);
      metrics.failure();
      const { Keys, SequenceNumber } = record.dynamodb ?? {};
      logger.error('STREAM_RECORD_UNREADABLE', {
        order_id: Keys?.['id']?.S,
        sequence_number: SequenceNumber,
        error,
      });
    }
  }
  return { orders, unreadable };
}
