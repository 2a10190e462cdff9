import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { respondsOk } from '../../localstack/child.ts';
import { emulatedAws, healthOf, startMiniStack } from './emulator/ministack.ts';
import { runTests } from './run-tests.ts';

const usage = `Usage: npm run rehearse [-- --endpoint URL]
  --endpoint URL  use an emulator that runs already and enforces IAM, instead of starting MiniStack`;

class UsageError extends Error {}

function readEndpoint(): string | undefined {
  try {
    const { values } = parseArgs({ options: { endpoint: { type: 'string' } } });
    if (values.endpoint === undefined) return undefined;
    if (!URL.canParse(values.endpoint)) throw new UsageError(`--endpoint must be a URL, not "${values.endpoint}".`);
    return values.endpoint.replace(/\/+$/, '');
  } catch (error) {
    if (error instanceof TypeError) throw new UsageError(error.message, { cause: error });
    throw error;
  }
}

/** Deploys the service to an emulator, drives it and removes it. Leaves no process or file. @returns whether all passed */
async function rehearse(endpoint: string | undefined, signal: AbortSignal): Promise<boolean> {
  const folder = await mkdtemp(join(tmpdir(), 'rehearsal-'));
  try {
    // A developer's own settings could direct a request to a real account.
    for (const name of Object.keys(process.env)) if (name.startsWith('AWS_')) delete process.env[name];
    process.env['TMPDIR'] = folder;
    // MiniStack runs functions with the `node` in PATH.
    process.env['PATH'] = [dirname(process.execPath), process.env['PATH']].join(delimiter);
    const emulator = endpoint === undefined ? await startMiniStack(folder, signal) : await attach(endpoint);
    try {
      const env = { ...emulatedAws, AWS_ENDPOINT_URL: emulator.endpoint };
      return await runTests('test/rehearsal/rehearsal.test.ts', { folder }, env);
    } finally {
      await emulator.stop();
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function attach(endpoint: string) {
  if (!(await respondsOk(healthOf(endpoint)))) throw new Error(`No emulator responds at ${endpoint}.`);
  return { endpoint, stop: async () => {} };
}

const interrupt = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
  process.on(signal, () => interrupt.abort(new Error('interrupted')));
try {
  process.exitCode = (await rehearse(readEndpoint(), interrupt.signal)) ? 0 : 1;
} catch (error) {
  process.exitCode = error instanceof UsageError ? 2 : 1;
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  if (error instanceof UsageError) process.stderr.write(`${usage}\n`);
}
