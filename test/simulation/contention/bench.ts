import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod/mini';
import { chartOf, type Result, result, tableOf } from './report.ts';
import { rows } from './rows.ts';
import { sellOut } from './whole-sale.ts';

const docs = join(import.meta.dirname, '../../../docs');
const dataFile = join(docs, 'contention.json');
const textFile = join(docs, 'contention.md');
const marks = { from: '<!-- table -->', to: '<!-- end of table -->' };
const wholeSale = { units: 10_000, shards: 32, shoppers: 100_000, atOnce: 1_000 };

/**
 * Measures every way to sell one hot product in virtual time and updates the table and chart in docs/.
 *
 * Arguments select ways (`plain`, `checkout`, `submit`); the others keep their figures. `sale` prints a complete sale.
 */
async function main(ways: readonly string[]): Promise<void> {
  const previous = existsSync(dataFile) ? z.array(result).parse(JSON.parse(readFileSync(dataFile, 'utf8'))) : [];
  const results: Result[] = [];
  for (const { way, shards, load, measure } of rows) {
    const before = previous.find((one) => one.way === way && one.shards === shards && one.load === load);
    if (ways.length > 0 && !ways.includes(way)) {
      if (before !== undefined) results.push(before);
      continue;
    }
    const measured = { way, shards, load, ...(await measure()) };
    results.push(measured);
    process.stdout.write(`${tableOf([measured]).split('\n').at(-1)}\n`);
  }
  write(results);
  if (ways.length > 0 && !ways.includes('sale')) return;
  const { sold, soldOutMs, overMs } = await sellOut(wholeSale);
  const { shoppers, atOnce, shards } = wholeSale;
  process.stdout.write(
    `sale: ${sold} units to ${shoppers} shoppers, ${atOnce} at once, ${shards} shards: ` +
      `sold out after ${(soldOutMs / 1_000).toFixed(1)} s, last response after ${(overMs / 1_000).toFixed(1)} s\n`,
  );
}

function write(results: readonly Result[]): void {
  writeFileSync(dataFile, `${JSON.stringify(results, undefined, 1)}\n`);
  writeFileSync(join(docs, 'contention.svg'), chartOf(results));
  const [before = '', rest = ''] = readFileSync(textFile, 'utf8').split(marks.from);
  const after = rest.split(marks.to)[1] ?? '';
  writeFileSync(textFile, `${before}${marks.from}\n\n${tableOf(results)}\n\n${marks.to}${after}`);
}

await main(process.argv.slice(2));
