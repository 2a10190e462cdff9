import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Backend } from './backend.ts';
import { answersOk, spawnTied, untilReady } from './child.ts';
import { describeError } from './describe-error.ts';

const run = promisify(execFile);
const directory = import.meta.dirname;
/** Long enough to download the image the first time. */
const startTimeoutMs = 600_000;

interface LocalStackOptions {
  /** Also in the environment as LOCALSTACK_PORT, where compose.yaml reads it. */
  port: number;
  signal: AbortSignal;
}

/**
 * Starts LocalStack by compose.yaml and resolves when it answers. `stop` removes its container with all that is
 * in it; when this process is killed the container ends and stays behind, stopped.
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
    const isReady = () => answersOk(`${endpoint}/_localstack/health`);
    await untilReady({ name, child, isReady, timeoutMs: startTimeoutMs, signal });
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    dynamodbEndpoint: endpoint,
    ssmEndpoint: endpoint,
    eventBridgeEndpoint: endpoint,
    exited: child.exited,
    stop,
  };
}

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
        `LocalStack needs ${what}: ${describeError(cause, 'there is no program "docker" in PATH')}\nWithout it, "npm start" runs the same API on DynamoDB Local.`,
        { cause },
      );
    }
  }
}
