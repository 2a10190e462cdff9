import { parseArgs } from 'node:util';
import { campaign, type Failure, seedsFrom, shrunken, type Tally } from './sale/campaign.ts';
import { mutants } from './sale/mutants.ts';
import { faultNames } from './sale/scenario.ts';

const print = (line: string) => process.stdout.write(`${line}\n`);

/**
 * Simulates sales, one for each seed, and ends with 1 if an invariant was broken in one of them. With `--mutants`
 * the product lacks one protection after the other, and it ends with 1 if that is not found out.
 */
async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      mutants: { type: 'boolean', default: false },
      seeds: { type: 'string', default: '200' },
      from: { type: 'string', default: '1' },
    },
  });
  if (values.mutants) {
    await killMutants(Number(values.seeds));
    return;
  }
  const start = performance.now();
  const { tally, failure } = await campaign(seedsFrom(Number(values.from), Number(values.seeds)));
  printTally(tally, (performance.now() - start) / 1_000);
  if (failure !== undefined) {
    printFailure(await shrunken(failure));
    process.exitCode = 1;
    return;
  }
  const missing = faultNames.filter((fault) => (tally.faults[fault] ?? 0) === 0);
  if (Number(values.seeds) >= 200 && missing.length > 0) {
    print(`These faults befell nothing: ${missing.join(', ')}`);
    process.exitCode = 1;
  }
}

async function killMutants(seeds: number): Promise<void> {
  print('| protection taken out | sales until it is found out | broken rule |\n| --- | --- | --- |');
  for (const [name, mutant] of Object.entries(mutants)) {
    const { tally, failure } = await campaign(seedsFrom(1, seeds), mutant);
    print(
      `| ${name} | ${failure === undefined ? 'never' : tally.seeds} | ${failure?.report.violations[0]?.rule} |`,
    );
    if (failure === undefined) process.exitCode = 1;
  }
}

function printTally({ seeds, requests, conflicts, faults, outcomes }: Tally, seconds: number): void {
  print(
    `${seeds} sales in ${seconds.toFixed(0)} s: ${requests} requests to DynamoDB, ${conflicts} conflicts\n`,
  );
  for (const [title, counts] of [
    ['fault', faults],
    ['outcome of a call', outcomes],
  ] as const) {
    print(`| ${title} | times |\n| --- | --- |`);
    for (const [name, count] of Object.entries(counts).sort(([, a], [, b]) => b - a))
      print(`| ${name} | ${count} |`);
    print('');
  }
}

function printFailure({ seed, scenario, report }: Failure): void {
  print(`Seed ${seed} breaks an invariant. The scenario, as small as it could be made:\n`);
  print(JSON.stringify(scenario));
  print('\nIts history:\n');
  for (const line of report.history) print(line);
  print('');
  for (const { atMs, rule, detail } of report.violations) print(`${atMs.toFixed(0)} ms: ${rule}: ${detail}`);
  print('\nSaved in test/simulation/regressions/ the scenario is tried by every test run.');
}

await main();
