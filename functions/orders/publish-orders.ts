import type { DynamoDBStreamEvent } from 'aws-lambda';
import { createOrderMetrics } from '../../lib/orders/order-metrics.ts';
import { eventsToPublish } from '../../lib/orders/publish-orders.ts';
import { config } from '../../lib/platform/config.ts';
import { createEventBus } from '../../lib/platform/event-bus.ts';
import { readableOrders } from '../../lib/stream/order-records.ts';
import { worker } from '../../lib/stream/worker.ts';

const bus = createEventBus(config.eventBus);
const metrics = createOrderMetrics();

export const handler = worker(async (event: DynamoDBStreamEvent) => {
  const { read, unreadable } = readableOrders(event, metrics, eventsToPublish);
  metrics.publish();
  await bus.put(read.flat());
  // Nothing else would tell of these: Lambda halves the batch until they are alone, and then keeps where they are.
  if (unreadable.length > 0)
    throw new Error(`${unreadable.length} of ${event.Records.length} records cannot be read`);
});
