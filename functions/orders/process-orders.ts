import type { DynamoDBStreamEvent } from 'aws-lambda';
import { createOrderDeps } from '../../lib/orders/order-deps.ts';
import { processOrders } from '../../lib/orders/process-orders.ts';
import { config } from '../../lib/platform/config.ts';
import { createDocuments } from '../../lib/platform/dynamodb.ts';
import { readOrders } from '../../lib/stream/order-records.ts';
import { worker } from '../../lib/stream/worker.ts';

const deps = createOrderDeps({ documents: createDocuments(), ...config });

/** Lambda runs one container per stream shard. Each starts its search for stock at different stock shards. */
const shardOffset = Math.random();

export const handler = worker(async (event: DynamoDBStreamEvent) => {
  try {
    const { orders } = readOrders(event, deps.metrics);
    await processOrders(deps, { orders, shardOffset });
  } finally {
    deps.metrics.emit();
  }
});
