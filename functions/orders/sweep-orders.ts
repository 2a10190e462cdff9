import { createOrderDeps } from '../../lib/orders/order-deps.ts';
import { sweepOrders } from '../../lib/orders/sweep-orders.ts';
import { config } from '../../lib/platform/config.ts';
import { createDocuments } from '../../lib/platform/dynamodb.ts';
import { logger } from '../../lib/platform/logger.ts';
import { worker } from '../../lib/stream/worker.ts';

const deps = createOrderDeps({ documents: createDocuments(), ...config });

export const handler = worker(async (_event, deadline) => {
  const { decided, failures, oldestAgeMs } = await sweepOrders(deps, { deadline });
  if (oldestAgeMs !== undefined) deps.metrics.oldestPending(oldestAgeMs);
  if (decided > 0) logger.warn('PENDING_ORDERS_SWEPT', { decided });
  for (const { id, error } of failures) {
    deps.metrics.failure();
    logger.error('ORDER_NOT_DECIDED', { order_id: id, error });
  }
  deps.metrics.emit();
});
