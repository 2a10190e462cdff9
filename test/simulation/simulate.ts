import { parseArgs } from 'node:util';
import { mutants } from './sale/mutants.ts';
import { faultNames } from './sale/scenario.ts';
import { type Coverage, type Failure, findViolation, shrink } from './sale/search.ts';

const usage = `Usage: npm run simulate [-- --seeds N] [--from N] [--mutants]
  --seeds N   number of sales to simulate, one per seed (default 200)
  --from N    first seed (default 1)
  --mutants   remove one protection at a time and check that a violation is found`;

const print = (line: string) => process.stdout.write(`${line}\n`);

/** Simulates sales. Exits with 1 if an invariant is violated, or with `--mutants` if a missing protection is not found. */
async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      mutants: { type: 'boolean', default: false },
      seeds: { type: 'string', default: '200' },
      from: { type: 'string', default: '1' },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  const [first, count] = [Number(values.from), Number(values.seeds)];
  if (values.help) print(usage);
  else if (!Number.isSafeInteger(first) || !Number.isSafeInteger(count) || count < 1) {
    throw new TypeError(`--seeds and --from must be integers.\n${usage}`);
  } else if (values.mutants) await findMutants(first, count);
  else await simulateSales(first, count);
}

async function simulateSales(first: number, count: number): Promise<void> {
  const start = performance.now();
  const { coverage, failure } = await findViolation(first, count);
  printCoverage(coverage, (performance.now() - start) / 1_000);
  if (failure !== undefined) {
    print(`Seed ${failure.seed} violates an invariant. Shrinking the scenario …\n`);
    printFailure(await shrink(failure));
    process.exitCode = 1;
    return;
  }
  const missing = faultNames.filter((fault) => (coverage.faults[fault] ?? 0) === 0);
  if (count >= 200 && missing.length > 0) {
    print(`No sale had these faults: ${missing.join(', ')}`);
    process.exitCode = 1;
  }
}

async function findMutants(first: number, count: number): Promise<void> {
  print('| removed protection | sales until found | violated invariant |\n| --- | --- | --- |');
  for (const [name, mutant] of Object.entries(mutants)) {
    const { coverage, failure } = await findViolation(first, count, mutant);
    const [violation] = failure?.report.violations ?? [];
    print(`| ${name} | ${failure === undefined ? 'not found' : coverage.sales} | ${violation?.rule ?? ''} |`);
    if (failure === undefined) process.exitCode = 1;
  }
}

function printCoverage({ sales, requests, conflicts, faults, outcomes }: Coverage, seconds: number): void {
  print(`${sales} sales in ${seconds.toFixed(0)} s: ${requests} requests to DynamoDB, ${conflicts} conflicts\n`);
  for (const [title, counts] of [
    ['injected fault', faults],
    ['outcome', outcomes],
  ] as const) {
    print(`| ${title} | times |\n| --- | --- |`);
    const sorted = Object.entries(counts).sort(([, a], [, b]) => b - a);
    for (const [name, times] of sorted) print(`| ${name} | ${times} |`);
    print('');
  }
}

function printFailure({ scenario, report }: Failure): void {
  print(`The smallest scenario found (${scenario.actions.length} actions):\n`);
  print(JSON.stringify(scenario));
  print('\nIts history:\n');
  for (const line of report.history) print(line);
  print('');
  for (const { atMs, rule, detail } of report.violations) {
    print(`${atMs.toFixed(0)} ms: violated: ${rule}: ${detail}`);
  }
  print('\nTo replay the scenario in every test run, save it as a .json file in test/simulation/regressions/.');
}

await main();
