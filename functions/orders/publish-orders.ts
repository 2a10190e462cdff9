import type { DynamoDBStreamEvent } from 'aws-lambda';
import { eventOfOrder } from '../../lib/orders/order-event.ts';
import { createOrderMetrics } from '../../lib/orders/order-metrics.ts';
import { config } from '../../lib/platform/config.ts';
import { createEventBus } from '../../lib/platform/event-bus.ts';
import { batchResponse } from '../../lib/stream/batch-response.ts';
import { readOrders } from '../../lib/stream/order-records.ts';
import { worker } from '../../lib/stream/worker.ts';

const bus = createEventBus(config.eventBus);
const metrics = createOrderMetrics();

export const handler = worker(async (event: DynamoDBStreamEvent) => {
  const { orders, unreadable } = readOrders(event, metrics);
  metrics.emit();
  await bus.put([...orders.values()].flatMap((order) => eventOfOrder(order) ?? []));
  return batchResponse(event, unreadable);
});
