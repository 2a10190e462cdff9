import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Backend } from './backend.ts';
import { respondsOk, spawnTied, untilReady } from './child.ts';
import { describeError } from './describe-error.ts';

const run = promisify(execFile);
const directory = import.meta.dirname;
/** Enough to download the image on the first start. */
const startTimeoutMs = 600_000;

interface LocalStackOptions {
  /** Must equal LOCALSTACK_PORT in the environment, which compose.yaml reads. */
  port: number;
  signal: AbortSignal;
}

/**
 * Starts LocalStack with compose.yaml and resolves when it responds. `stop` removes the container and its data. If this
 * process is killed, the container stops but is not removed.
 *
 * @throws {Error} that says what is missing when Docker cannot be used; nothing is left running
 */
export async function startLocalStack({ port, signal }: LocalStackOptions): Promise<Backend> {
  await checkDocker();
  signal.throwIfAborted();
  const compose = ['compose', '--project-name', `sellout-${port}`, '--file', join(directory, 'compose.yaml')];
  const name = 'LocalStack';
  const child = spawnTied(name, 'docker', [...compose, 'up', '--abort-on-container-exit'], directory);
  const stop = async () => {
    await child.stop();
    await run('docker', [...compose, 'down', '--volumes', '--timeout', '3']);
  };
  const endpoint = `http://127.0.0.1:${port}`;
  try {
    await untilReady({ name, child, isReady: () => isHealthy(endpoint), timeoutMs: startTimeoutMs, signal });
  } catch (error) {
    await stop();
    throw error;
  }
  return { ...servicesAt(endpoint), exited: child.exited, stop };
}

/**
 * Uses a LocalStack that runs already. `stop` leaves it running.
 *
 * @throws {Error} when it does not respond
 */
export async function useLocalStack(endpoint: string): Promise<Backend> {
  if (!(await isHealthy(endpoint))) throw new Error(`No LocalStack responds at LOCALSTACK_ENDPOINT=${endpoint}.`);
  return { ...servicesAt(endpoint), exited: new Promise(() => {}), stop: async () => {} };
}

const isHealthy = (endpoint: string) => respondsOk(`${endpoint}/_localstack/health`);

const servicesAt = (endpoint: string) => ({
  dynamodbEndpoint: endpoint,
  ssmEndpoint: endpoint,
  eventBridgeEndpoint: endpoint,
  // A read of a stream costs LocalStack several milliseconds of CPU time.
  streamReadIntervalMs: 250,
});

async function checkDocker(): Promise<void> {
  const needs = [
    { what: 'a Docker engine', args: ['version', '--format', '{{.Server.Version}}'] },
    { what: 'Docker Compose 2', args: ['compose', 'version'] },
  ];
  for (const { what, args } of needs) {
    try {
      await run('docker', args);
    } catch (cause) {
      throw new Error(
        `LocalStack needs ${what}: ${describeError(cause, '"docker" is not in PATH')}\nWithout Docker, "npm start" runs the same API on DynamoDB Local.`,
        { cause },
      );
    }
  }
}
