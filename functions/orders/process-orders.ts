import type { DynamoDBStreamEvent } from 'aws-lambda';
import { createOrderDeps } from '../../lib/orders/order-deps.ts';
import { config } from '../../lib/platform/config.ts';
import { createDocuments } from '../../lib/platform/dynamodb.ts';
import { processBatch } from '../../lib/stream/process-batch.ts';
import { worker } from '../../lib/stream/worker.ts';

const deps = createOrderDeps({ documents: createDocuments(), ...config });

/** Lambda runs one container per stream shard. Each starts its search for stock at different stock shards. */
const shardOffset = Math.random();

export const handler = worker(async (event: DynamoDBStreamEvent) => {
  try {
    return await processBatch(deps, event, shardOffset);
  } finally {
    deps.metrics.emit();
  }
});
