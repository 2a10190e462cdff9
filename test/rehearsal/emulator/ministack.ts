import { join } from 'node:path';
import { type Child, respondsOk, spawnTied, untilReady } from '../../../localstack/child.ts';
import { freePort } from '../../../localstack/ports.ts';
import { installPythonProgram } from '../../../localstack/python.ts';

const requirements = join(import.meta.dirname, '../../../localstack/requirements-ministack.txt');
const startTimeoutMs = 60_000;

/** The region and the account of a rehearsal. MiniStack gives this key ID the rights of an account's root user. */
export const emulatedAws = {
  AWS_REGION: 'eu-central-1',
  AWS_ACCESS_KEY_ID: 'test',
  AWS_SECRET_ACCESS_KEY: 'test',
};

/**
 * Starts MiniStack on a free port of the loopback interface and resolves when it responds. It enforces IAM: a function
 * has the rights of its role. It runs the functions as processes of this machine's Node.js, and ends with this process.
 *
 * @param folder an empty folder, to which everything is written that MiniStack writes
 * @throws {Error} with its output; nothing is left running
 */
export async function startMiniStack(folder: string, signal: AbortSignal): Promise<Child & { endpoint: string }> {
  const program = await installPythonProgram(requirements, 'ministack', signal);
  const port = String(await freePort());
  const settings = Object.entries({
    AUTH: 'true',
    BIND_HOST: '127.0.0.1',
    GATEWAY_PORT: port,
    EDGE_PORT: port,
    LAMBDA_EXECUTOR: 'local',
    MINISTACK_REGION: emulatedAws.AWS_REGION,
    HOME: folder,
    TMPDIR: folder,
  }).map(([name, value]) => `${name}=${value}`);
  const name = 'MiniStack';
  const child = spawnTied(name, 'env', [...settings, program], folder);
  const endpoint = `http://127.0.0.1:${port}`;
  const isReady = () => respondsOk(healthOf(endpoint));
  await untilReady({ name, child, isReady, timeoutMs: startTimeoutMs, signal });
  return { ...child, endpoint };
}

/** URL that returns 200 when the emulator is ready. LocalStack has the same. */
export const healthOf = (endpoint: string): string => `${endpoint}/_localstack/health`;
