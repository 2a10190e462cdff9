import { parseArgs } from 'node:util';
import { apiUrl } from '../../tools/ops/arguments.ts';
import { askPassword } from '../../tools/ops/prompt.ts';
import { runTests } from './run-tests.ts';

const usage = `Usage: npm run smoke -- --target URL
  --target URL  the API of a deployed stage, for example https://….execute-api.eu-central-1.amazonaws.com
  Set ADMIN_EMAIL to an ADMIN of the stage. ADMIN_PASSWORD is asked for if it is not set.`;

class UsageError extends Error {}

function readTarget(): string {
  try {
    const { values } = parseArgs({ options: { target: { type: 'string' } } });
    if (values.target === undefined) throw new UsageError('--target is missing.');
    const { data, error } = apiUrl.safeParse(values.target);
    if (data === undefined)
      throw new UsageError(`--target: ${error?.issues.map(({ message }) => message).join(', ')}.`);
    return data.replace(/\/+$/, '');
  } catch (error) {
    if (error instanceof TypeError) throw new UsageError(error.message, { cause: error });
    throw error;
  }
}

async function readAdmin() {
  const { ADMIN_EMAIL: email, ADMIN_PASSWORD } = process.env;
  if (!email) throw new UsageError('ADMIN_EMAIL is missing.');
  return { email, password: ADMIN_PASSWORD || (await askPassword()) };
}

try {
  const target = readTarget();
  const provide = { target, admin: await readAdmin() };
  process.exitCode = (await runTests('test/rehearsal/smoke.test.ts', provide)) ? 0 : 1;
} catch (error) {
  process.exitCode = error instanceof UsageError ? 2 : 1;
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  if (error instanceof UsageError) process.stderr.write(`${usage}\n`);
}
