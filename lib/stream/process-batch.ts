import type { DynamoDBBatchResponse, DynamoDBStreamEvent } from 'aws-lambda';
import { type ProcessDeps, processOrders } from '../orders/process-orders.ts';
import { batchResponse } from './batch-response.ts';
import { readOrders } from './order-records.ts';

/**
 * Decides all orders of a batch at once, also those behind a record that cannot be read. Redelivery is harmless.
 *
 * @returns the first record that is unreadable or whose order is still PENDING
 * @throws its error if that is the first record of the batch
 */
export async function processBatch(
  deps: ProcessDeps,
  event: DynamoDBStreamEvent,
  shardOffset: number,
): Promise<DynamoDBBatchResponse> {
  const { orders, unreadable } = readOrders(event, deps.metrics);
  const { undecided } = await processOrders(deps, { orders: [...orders.values()], shardOffset });
  const failures = new Map(unreadable);
  for (const [record, { id }] of orders) if (undecided.has(id)) failures.set(record, undecided.get(id));
  return batchResponse(event, failures);
}
