import { systemClock } from '../../lib/platform/clock.ts';
import { config } from '../../lib/platform/config.ts';
import { createDocuments } from '../../lib/platform/dynamodb.ts';
import { logger } from '../../lib/platform/logger.ts';
import { createInventory } from '../../lib/products/inventory.ts';
import { createProductStores } from '../../lib/products/product-stores.ts';
import { sweepProducts } from '../../lib/products/sweep-products.ts';
import { worker } from '../../lib/stream/worker.ts';

const tables = { documents: createDocuments(), ...config };
const stores = createProductStores(tables);
const inventory = createInventory(tables);

export const handler = worker(async (_event, deadline) => {
  const { propagated, failures } = await sweepProducts(stores, inventory, systemClock, deadline);
  if (propagated.length > 0) logger.warn('PRODUCT_CHANGES_SWEPT', { propagated });
  for (const error of failures) logger.error('PRODUCT_CHANGE_NOT_PROPAGATED', { error });
  // They come up again in a minute. The alarm counts runs that end without an error.
  if (failures.length > 0) throw new AggregateError(failures, 'product changes could not be finished');
});
