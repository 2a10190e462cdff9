import { startDynamoDbLocal } from '../../localstack/dynamodb-local.ts';
import { startFakeSsm } from '../../localstack/fake-ssm.ts';
import { newSecrets, parametersOf } from '../../localstack/secrets.ts';
import { startService } from '../../localstack/service.ts';
import { createTables, tablePrefix } from '../../localstack/tables.ts';
import { unlimited } from '../support/services/environment.ts';
import { expressOrders } from './express-orders.ts';
import type { Measured } from './order-load.ts';
import { NoPostgres } from './postgres.ts';
import { createShop } from './shop.ts';
import { table } from './table.ts';

const load = { warmUp: 400, orders: 2_000, concurrency: 32 };
const shards = 16;

/** PostgreSQL with its defaults, and without durability, which DynamoDB Local in memory lacks too. */
const databases = [
  ['Express + PostgreSQL', []],
  ['Express + PostgreSQL that loses orders at a crash', ['-c', 'fsync=off', '-c', 'synchronous_commit=off']],
] as const;

/** Compares accepted orders per second over HTTP: checkout, submit, and Express with PostgreSQL, all on this machine. */
export async function orders(): Promise<string> {
  const { submit, checkout } = await ownOrders();
  const rows: [string, Measured][] = [
    ['submit, until decided', submit],
    ['checkout, cart filled over HTTP', checkout],
  ];
  let remark = '';
  try {
    for (const [name, settings] of databases) rows.push([name, await expressOrders(load, settings)]);
  } catch (error) {
    if (!(error instanceof NoPostgres)) throw error;
    remark = `\n\nWithout Express + PostgreSQL: ${error.message}`;
  }
  const base = rows.find(([name]) => name === databases[0][0])?.[1].perSecond;
  const cells = rows.map(([name, { perSecond, p50, p99 }]) => [
    name,
    perSecond.toFixed(0),
    base === undefined ? '' : (perSecond / base).toFixed(2),
    `${p50.toFixed(0)} / ${p99.toFixed(0)}`,
  ]);
  const columns = ['way', 'accepted orders/s', 'ratio', 'response p50 / p99 ms'];
  const { orders: count, concurrency } = load;
  const title = `${count} one-line orders of one product (${shards} shards), ${concurrency} shoppers at once`;
  return `${title}\n\n${table(columns, cells)}${remark}`;
}

async function ownOrders(): Promise<{ submit: Measured; checkout: Measured }> {
  const engine = await startDynamoDbLocal();
  const parameters = await startFakeSsm(new Map(parametersOf('local', newSecrets())));
  try {
    await createTables({ endpoint: engine.endpoint, prefix: await tablePrefix('local') });
    const service = await startService({
      stage: 'local',
      params: unlimited,
      dynamodbEndpoint: engine.endpoint,
      ssmEndpoint: parameters.endpoint,
    });
    try {
      const { concurrency, warmUp, orders: count } = load;
      const shop = await createShop(service.url, { concurrency, shards, stock: (warmUp + count) * 4 });
      await shop.submit(warmUp);
      await shop.checkout(warmUp);
      return { submit: await shop.submit(count), checkout: await shop.checkout(count) };
    } finally {
      await service.stop();
    }
  } finally {
    await parameters.stop();
    await engine.stop();
  }
}
