import { cpus } from 'node:os';
import { startEngine } from '../../localstack/engine.ts';
import { newSecrets, parametersOf, startParameterStore } from '../../localstack/parameters.ts';
import { startService } from '../../localstack/service.ts';
import { createTables, tablePrefix } from '../../localstack/tables.ts';
import { unlimited } from '../support/environment.ts';
import { costOfCheckout, costOfSubmit } from './order-costs.ts';
import { createShop } from './shop.ts';

/** As issue after issue is compared with them, these stay: orders of one line, on one product. */
const orders = 2_000;
const shards = 16;
const concurrency = 64;

/**
 * Accepted orders per second of both ways to order over HTTP, on one machine with everything on it, and what
 * an accepted order costs in DynamoDB calls and write units. Prints a table for docs/benchmarks.md.
 */
async function main(): Promise<void> {
  const engine = await startEngine();
  const parameters = await startParameterStore(new Map(parametersOf('local', newSecrets())));
  try {
    await createTables({ endpoint: engine.endpoint, prefix: await tablePrefix('local') });
    const service = await startService({
      stage: 'local',
      params: unlimited,
      dynamodbEndpoint: engine.endpoint,
      ssmEndpoint: parameters.endpoint,
    });
    try {
      const shop = await createShop(service.url, { concurrency, shards, stock: orders * 10 });
      await shop.submit(200);
      await shop.checkout(200);
      const submit = await shop.submit(orders);
      const checkout = await shop.checkout(orders);
      const rows = [
        ['submit', submit, await costOfSubmit(engine.endpoint, orders, shards)],
        ['checkout', checkout, await costOfCheckout(engine.endpoint, orders, shards)],
      ] as const;
      print(`${orders} one-line orders, one product, ${shards} shards, ${concurrency} shoppers at once,`);
      print(
        `${cpus().length} cores (${cpus()[0]?.model ?? 'unknown'}), ${process.version}, all on one machine\n`,
      );
      print(
        '| way | accepted orders/s | reply p50 / p99 ms | calls per order | write units per order | index write units |',
      );
      print('| --- | --- | --- | --- | --- | --- |');
      for (const [way, { perSecond, p50, p99 }, cost] of rows) {
        const cells = [way, perSecond.toFixed(0), `${p50.toFixed(0)} / ${p99.toFixed(0)}`];
        print(`| ${[...cells, ...cost.map((value) => value.toFixed(2))].join(' | ')} |`);
      }
    } finally {
      await service.stop();
    }
  } finally {
    await parameters.stop();
    await engine.stop();
  }
}

const print = (line: string) => process.stdout.write(`${line}\n`);

// The metrics of this very process; CloudWatch does not read them here.
process.env['POWERTOOLS_METRICS_DISABLED'] = 'true';
await main();
