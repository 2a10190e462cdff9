import type { DynamoDBStreamEvent } from 'aws-lambda';
import { eventOfOrder } from '../../lib/orders/order-event.ts';
import { createOrderMetrics } from '../../lib/orders/order-metrics.ts';
import { config } from '../../lib/platform/config.ts';
import { createEventBus } from '../../lib/platform/event-bus.ts';
import { readOrders } from '../../lib/stream/order-records.ts';
import { worker } from '../../lib/stream/worker.ts';

const bus = createEventBus(config.eventBus);
const metrics = createOrderMetrics();

export const handler = worker(async (event: DynamoDBStreamEvent) => {
  const { orders, unreadable } = readOrders(event, metrics);
  metrics.emit();
  await bus.put(orders.flatMap((order) => eventOfOrder(order) ?? []));
  // Lambda bisects the batch until an unreadable record is alone, then sends its position to the dead-letter queue.
  if (unreadable.length > 0) throw new Error(`${unreadable.length} of ${event.Records.length} records cannot be read`);
});
