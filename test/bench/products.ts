import { createProduct } from '../../lib/products/create-product.ts';
import { createProductStores } from '../../lib/products/product-stores.ts';
import { startDynamoDbLocal } from '../../localstack/dynamodb-local.ts';
import { startFakeSsm } from '../../localstack/fake-ssm.ts';
import { newSecrets, parametersOf } from '../../localstack/secrets.ts';
import { startService } from '../../localstack/service.ts';
import { createTables, tablePrefix } from '../../localstack/tables.ts';
import { connect } from '../support/database/tables.ts';
import { startRedis, whyNoRedis } from '../support/services/redis.ts';
import { comparedReads } from './product-reads.ts';
import { stormPhases } from './product-storm.ts';

/** A catalogue of a middling store, and a sale in which every product is sharded by default. */
const count = 100;
const shards = 4;

/**
 * GET /product and GET /product/{id} with cache against without, in one run, and a storm of requests over HTTP
 * in the middle of which Redis is killed.
 */
export async function products(): Promise<string> {
  if (whyNoRedis !== undefined) return `Without the readers of products: ${whyNoRedis}`;
  const engine = await startDynamoDbLocal();
  const parameters = await startFakeSsm(new Map(parametersOf('local', newSecrets())));
  const redis = await startRedis();
  try {
    const prefix = await tablePrefix('local');
    await createTables({ endpoint: engine.endpoint, prefix });
    const tables = {
      documents: connect(engine.endpoint),
      productsTable: `${prefix}-products`,
      stockTable: `${prefix}-stock`,
    };
    const stores = createProductStores(tables);
    const ids: string[] = [];
    for (let n = 0; n < count; n += 1) {
      const input = { name: `Product ${n}`, price: 1_000, stock: 1_000, stock_shards: shards };
      ids.push((await createProduct(stores, input)).product.id);
    }
    const reads = await comparedReads({ ...tables, ...stores, redisUrl: redis.url });

    const endpoints = { dynamodbEndpoint: engine.endpoint, ssmEndpoint: parameters.endpoint };
    const serve = (params: Readonly<Record<string, string>>) =>
      startService({ stage: 'local', ...endpoints, params });
    const service = await serve({ cache_url: redis.url });
    try {
      const control = await serve({});
      try {
        const storm = await stormPhases(service.url, control.url, redis, ids);
        return `${count} products of ${shards} shards\n\n${reads}\n\n${storm}`;
      } finally {
        await control.stop();
      }
    } finally {
      await service.stop();
    }
  } finally {
    await redis.stop();
    await parameters.stop();
    await engine.stop();
  }
}
