import { cpus } from 'node:os';
import { createProduct } from '../../lib/products/create-product.ts';
import { createProductStores } from '../../lib/products/product-stores.ts';
import { startEngine } from '../../localstack/engine.ts';
import { newSecrets, parametersOf, startParameterStore } from '../../localstack/parameters.ts';
import { startService } from '../../localstack/service.ts';
import { createTables, tablePrefix } from '../../localstack/tables.ts';
import { startRedis } from '../support/redis.ts';
import { connect } from '../support/tables.ts';
import { comparedReads } from './product-reads.ts';
import { stormPhases } from './product-storm.ts';

/** A catalogue of a middling store, and a sale in which every product is sharded by default. */
const products = 100;
const shards = 4;

/**
 * GET /product and GET /product/{id} with cache against without, in one run, and a storm of requests over HTTP
 * in the middle of which Redis is killed. Prints tables for docs/benchmarks.md.
 */
async function main(): Promise<void> {
  const engine = await startEngine();
  const parameters = await startParameterStore(new Map(parametersOf('local', newSecrets())));
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
    for (let n = 0; n < products; n += 1) {
      const input = { name: `Product ${n}`, price: 1_000, stock: 1_000, stock_shards: shards };
      ids.push((await createProduct(stores, input)).product.id);
    }

    print(
      `${products} products of ${shards} shards, ${cpus().length} cores (${cpus()[0]?.model ?? 'unknown'}),`,
    );
    print(`${process.version}, all on one machine\n`);
    print(
      '| request | cache | requests/s | ratio | p50 / p99 ms | reads per request | read units per request |',
    );
    print('| --- | --- | --- | --- | --- | --- | --- |');
    for (const row of await comparedReads({ ...tables, ...stores, redisUrl: redis.url })) print(row);

    const endpoints = { dynamodbEndpoint: engine.endpoint, ssmEndpoint: parameters.endpoint };
    const serve = (CACHE_URL: string) =>
      startService({ stage: 'local', ...endpoints, environment: { CACHE_URL } });
    const service = await serve(redis.url);
    const control = await serve('');
    try {
      const columns = 'requests/s | p50 / p99 / longest ms | failed';
      print(`\n| storm over HTTP | ${columns} | without Redis: ${columns} |`);
      print('| --- | --- | --- | --- | --- | --- | --- |');
      for await (const row of stormPhases(service.url, control.url, redis, ids)) print(row);
    } finally {
      await control.stop();
      await service.stop();
    }
  } finally {
    await redis.stop();
    await parameters.stop();
    await engine.stop();
  }
}

const print = (line: string) => process.stdout.write(`${line}\n`);

await main();
// A connection of the caches above keeps trying to reach its Redis.
process.exit();
