import type { DynamoDBStreamEvent } from 'aws-lambda';
import { createOrderMetrics } from '../../lib/orders/order-metrics.ts';
import { publishOrders } from '../../lib/orders/publish-orders.ts';
import { config } from '../../lib/platform/config.ts';
import { createEventBus } from '../../lib/platform/event-bus.ts';
import { readableOrders } from '../../lib/stream/order-records.ts';
import { worker } from '../../lib/stream/worker.ts';

const bus = createEventBus(config.eventBus);
const metrics = createOrderMetrics();

export const handler = worker('publishOrders', async (event: DynamoDBStreamEvent) => {
  const orders = readableOrders(event, metrics);
  metrics.publish();
  await publishOrders(bus, orders);
  // Nothing else would tell of these: Lambda halves the batch until they are alone, and then keeps where they are.
  const unreadable = event.Records.length - orders.length;
  if (unreadable > 0) throw new Error(`${unreadable} of ${event.Records.length} records cannot be read`);
});
