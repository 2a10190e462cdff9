import { cpus, totalmem } from 'node:os';
import { imports } from './imports.ts';
import { orders } from './orders.ts';

const parts = new Map(Object.entries({ imports, orders }));
const print = (text: string) => process.stdout.write(`${text}\n\n`);

/** Prints the tables that docs/benchmarks.md explains: all of them, or the named parts. */
async function main(names: readonly string[]): Promise<void> {
  const unknown = names.filter((name) => !parts.has(name));
  if (unknown.length > 0) {
    process.stderr.write(`Unknown part ${unknown.join(', ')}. The parts are ${[...parts.keys()].join(', ')}.\n`);
    process.exitCode = 2;
    return;
  }
  const machine = `${cpus().length} cores of ${cpus()[0]?.model ?? 'unknown'}, ${Math.round(totalmem() / 2 ** 30)} GiB`;
  print(`${new Date().toISOString().slice(0, 10)}, ${machine}, Node.js ${process.version}, all on one machine`);
  for (const [name, measure] of parts) {
    if (names.length === 0 || names.includes(name)) print(await measure());
  }
}

await main(process.argv.slice(2));
