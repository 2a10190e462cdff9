import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { gzipSync } from 'node:zlib';
import { environment } from '../support/services/environment.ts';
import { type Bundle, bundleOf, clientAlone, clientLikeOurs, functionFiles, packageAlone } from './bundles.ts';
import { median, table } from './table.ts';

const run = promisify(execFile);

/** Enough for medians that agree within a few percent on a busy machine; takes about two minutes. */
const rounds = 25;
const client = 'the DynamoDB client alone';
const whole = 'all of @aws-sdk/client-dynamodb';
const alike = 'the client with our exclusions';

/** Prints the milliseconds of processor time that importing one bundle takes: other load hardly changes them. */
const stopwatch = `
const start = process.cpuUsage();
require(process.argv[1]);
const { user, system } = process.cpuUsage(start);
process.stdout.write(String((user + system) / 1000));
process.exit();`;

/** Compares import time and size of each function's bundle with bundles of the SDK alone. */
export async function imports(): Promise<string> {
  const bundles = new Map<string, Bundle>([
    [client, await clientAlone()],
    [whole, await packageAlone()],
    [alike, await clientLikeOurs()],
  ]);
  for (const name of functionFiles.keys()) bundles.set(name, await bundleOf(name));
  const times = await importTimes(bundles);
  const baselines = [client, whole, alike].map((name) => median(times.get(name) ?? []));
  const rows = [...bundles].map(([name, { text }]) => {
    const ms = median(times.get(name) ?? []);
    const [size, zipped] = [Buffer.byteLength(text), gzipSync(text).length].map((bytes) => (bytes / 1_000).toFixed(0));
    return [name, `${size} / ${zipped}`, ms.toFixed(1), ...baselines.map((base) => ratio(ms, base))];
  });
  const columns = [
    'bundle',
    'kB / gzipped',
    'import, CPU ms',
    'to the client',
    'to all of its package',
    'to the client with our exclusions',
  ];
  return `Import of each bundle in a fresh process, medians of ${rounds} rounds\n\n${table(columns, rows)}`;
}

const ratio = (ms: number, base: number): string => (ms / base).toFixed(2);

/** Imports the bundles in turn, so that other load on the machine affects all of them alike. */
async function importTimes(bundles: ReadonlyMap<string, Bundle>): Promise<Map<string, number[]>> {
  const directory = await mkdtemp(join(tmpdir(), 'sellout-bench-'));
  try {
    const fileOf = (name: string) => join(directory, `${name.replaceAll(/\W+/g, '-')}.cjs`);
    for (const [name, { text }] of bundles) await writeFile(fileOf(name), text);
    const env = { ...environment, AWS_REGION: 'eu-central-1' };
    const times = new Map([...bundles.keys()].map((name) => [name, [] as number[]]));
    for (let round = 0; round < rounds; round += 1) {
      for (const [name, measured] of times) {
        const { stdout } = await run(process.execPath, ['-e', stopwatch, fileOf(name)], { env });
        measured.push(Number(stdout));
      }
    }
    return times;
  } finally {
    await rm(directory, { recursive: true });
  }
}
