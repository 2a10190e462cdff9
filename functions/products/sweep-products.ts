import { config } from '../../lib/platform/config.ts';
import { createDocuments } from '../../lib/platform/dynamodb.ts';
import { logger } from '../../lib/platform/logger.ts';
import { createProductDeps } from '../../lib/products/product-deps.ts';
import { sweepProducts } from '../../lib/products/sweep-products.ts';
import { worker } from '../../lib/stream/worker.ts';

const deps = createProductDeps({ documents: createDocuments(), ...config });

export const handler = worker(async (_event, deadline) => {
  const { propagated, failures } = await sweepProducts(deps, { deadline });
  if (propagated.length > 0) logger.warn('PRODUCT_CHANGES_SWEPT', { propagated });
  for (const error of failures) logger.error('PRODUCT_CHANGE_NOT_PROPAGATED', { error });
  // The next sweep retries them in a minute. Fail, because an alarm counts the sweeps that succeed.
  if (failures.length > 0) throw new AggregateError(failures, 'Product changes could not be propagated');
});
