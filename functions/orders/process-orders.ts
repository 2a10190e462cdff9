import type { DynamoDBStreamEvent } from 'aws-lambda';
import { createOrderDeps } from '../../lib/orders/order-deps.ts';
import { processOrders } from '../../lib/orders/process-orders.ts';
import { config } from '../../lib/platform/config.ts';
import { createDocuments } from '../../lib/platform/dynamodb.ts';
import { readableOrders } from '../../lib/stream/order-records.ts';
import { worker } from '../../lib/stream/worker.ts';

const deps = createOrderDeps({ documents: createDocuments(), ...config });

/** Lambda runs one environment for each stream shard: each begins its search for stock elsewhere. */
const lane = Math.random();

export const handler = worker(async (event: DynamoDBStreamEvent) => {
  try {
    const { read } = readableOrders(event, deps.metrics, (order) => order);
    await processOrders(deps, read, lane);
  } finally {
    deps.metrics.publish();
  }
});
