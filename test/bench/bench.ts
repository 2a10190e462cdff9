import { cpus, totalmem } from 'node:os';
import { costs } from './costs.ts';
import { imports } from './imports.ts';
import { openOperations } from './operations.ts';
import { orders } from './orders.ts';
import { overhead } from './overhead.ts';
import { products } from './products.ts';
import { refusals } from './refusals.ts';
import { openWorld } from './world.ts';

async function handlers(): Promise<string> {
  const world = await openWorld();
  try {
    const operations = await openOperations(world);
    const tables = [];
    for (const measure of [costs, overhead, refusals]) tables.push(await measure(world, operations));
    return tables.join('\n\n');
  } finally {
    await world.stop();
  }
}

const parts = new Map(Object.entries({ imports, handlers, orders, products }));
const print = (text: string) => process.stdout.write(`${text}\n\n`);

/** Prints what docs/benchmarks.md explains: all of it, or the parts that are named. */
async function main(names: readonly string[]): Promise<void> {
  const unknown = names.filter((name) => !parts.has(name));
  if (unknown.length > 0) {
    process.stderr.write(`no part ${unknown.join(', ')}; there are ${[...parts.keys()].join(', ')}\n`);
    process.exitCode = 2;
    return;
  }
  const machine = `${cpus().length} cores of ${cpus()[0]?.model ?? 'unknown'}, ${Math.round(totalmem() / 2 ** 30)} GiB`;
  print(
    `${new Date().toISOString().slice(0, 10)}, ${machine}, Node.js ${process.version}, all on one machine`,
  );
  for (const [name, measure] of parts) {
    if (names.length === 0 || names.includes(name)) print(await measure());
  }
}

await main(process.argv.slice(2));
// A connection of the caches keeps trying to reach a Redis that is gone.
process.exit();
