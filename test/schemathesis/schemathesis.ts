import { spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import * as z from 'zod';
import { installPythonProgram } from '../../localstack/python.ts';
import { createApiClient } from '../load/api-client.ts';
import { signInAsAdmin, signUpGuests } from '../load/fixtures.ts';
import { type LocalSystem, startLocalSystem } from '../load/local-system.ts';
import { unlimited } from '../support/services/environment.ts';

const usage = `Usage: npm run schemathesis [-- --seed N] [--report DIR]
  --seed N      generate other requests than CI
  --report DIR  write the requests and responses of both runs as HTML and NDJSON`;

const defaultSeed = '12';
/** About three times the duration on two busy cores. */
const timeoutMs = 15 * 60_000;

/**
 * Single requests, then sequences of requests.
 *
 * Sequences have their own run, because Schemathesis stops it when a repeated sequence gets different responses, which is
 * normal while stock changes; `--max-time` restarts it until the time is up. Sequences reach operations by chance, so
 * warnings about unreached operations are off.
 */
const runs = [
  ['--phases', 'examples,coverage,fuzzing'],
  ['--phases', 'stateful', '--max-time', '60', '--warnings', 'off'],
];

class UsageError extends Error {}

const print = (text: string) => process.stdout.write(`${text}\n`);
const printError = (text: string) => process.stderr.write(`${text}\n`);

function readOptions(): { seed: string; report: string | undefined } {
  try {
    const { values } = parseArgs({
      options: { seed: { type: 'string', default: defaultSeed }, report: { type: 'string' } },
    });
    if (!/^\d{1,9}$/.test(values.seed))
      throw new UsageError(`--seed must be an integer of at most 9 digits, not "${values.seed}".`);
    return { seed: values.seed, report: values.report };
  } catch (error) {
    if (error instanceof TypeError) throw new UsageError(error.message, { cause: error });
    throw error;
  }
}

/** Creates an ADMIN, a product that does not sell out, a customer, and a second customer without access to the first. */
async function createFixtures(url: string, folder: string, signal: AbortSignal) {
  const api = createApiClient(url, signal);
  const token = await signInAsAdmin(api);
  const body = { name: 'Sneakers', stock: 1_000_000_000, price: 4_990 };
  const product = await api.request(z.object({ id: z.string() }), 'POST', '/product', { body, token });
  const [customer, stranger] = await signUpGuests(api, 2, () => {});
  if (customer === undefined || stranger === undefined) throw new Error('Could not sign up two guests');
  const accounts = Object.entries({ customer, stranger }).map(([name, { token }]) => ({
    name,
    fixedHeaders: [{ name: 'Authorization', value: `Bearer ${token}` }],
  }));
  const accountsFile = join(folder, 'accounts.json');
  await writeFile(accountsFile, JSON.stringify({ auth: accounts }));
  return {
    ACCOUNTS_FILE: accountsFile,
    ADMIN_TOKEN: token,
    CUSTOMER_ID: customer.id,
    CUSTOMER_TOKEN: customer.token,
    PRODUCT_ID: product.id,
  };
}

/** Runs a program with our stdout and stderr. @returns whether it exited with 0 */
async function runToEnd(
  program: string,
  args: readonly string[],
  options: { cwd: string; env: NodeJS.ProcessEnv },
  signal: AbortSignal,
): Promise<boolean> {
  const child = spawn(program, args, { ...options, stdio: ['ignore', 'inherit', 'inherit'] });
  const stop = () => child.kill();
  signal.addEventListener('abort', stop);
  try {
    const { promise, resolve, reject } = Promise.withResolvers<number | null>();
    child.once('error', reject).once('close', resolve);
    const code = await promise;
    signal.throwIfAborted();
    return code === 0;
  } finally {
    signal.removeEventListener('abort', stop);
  }
}

/** @returns whether both runs passed */
async function testService(seed: string, report: string | undefined, signal: AbortSignal): Promise<boolean> {
  const requirements = join(import.meta.dirname, 'requirements.txt');
  const program = await installPythonProgram(requirements, 'st', signal);
  const folder = await mkdtemp(join(tmpdir(), 'schemathesis-'));
  let system: LocalSystem | undefined;
  try {
    print(`Starting the service, DynamoDB Local and a fake SSM; seed ${seed} …`);
    // With the default rate limits, most responses would be 429.
    const limits = { ...unlimited, limit_auth_per_email: '1000000/60' };
    system = await startLocalSystem(signal, limits);
    const values = await createFixtures(system.url, folder, signal);
    const env = { ...process.env, ...values, PYTHONPATH: import.meta.dirname, PYTHONDONTWRITEBYTECODE: '1' };
    const config = join(import.meta.dirname, 'schemathesis.toml');
    const common = ['--config-file', config, 'run', `${system.url}/openapi.json`, '--seed', seed];
    const reports = report === undefined ? [] : ['--report', 'html,ndjson', '--report-dir', resolve(report)];
    let passed = true;
    for (const run of runs) {
      const args = [...common, '--checks', 'all', ...run, ...reports];
      passed = (await runToEnd(program, args, { cwd: folder, env }, signal)) && passed;
    }
    return passed;
  } finally {
    await system?.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

const interrupt = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
  process.on(signal, () => interrupt.abort(new Error('interrupted')));
try {
  const { seed, report } = readOptions();
  const signal = AbortSignal.any([interrupt.signal, AbortSignal.timeout(timeoutMs)]);
  process.exitCode = (await testService(seed, report, signal)) ? 0 : 1;
} catch (error) {
  process.exitCode = error instanceof UsageError ? 2 : 1;
  printError(error instanceof Error ? error.message : String(error));
  if (error instanceof UsageError) printError(usage);
}
