import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import type { Backend } from '../../../localstack/backend.ts';
import { respondsOk, spawnTied, untilReady } from '../../../localstack/child.ts';
import { useLocalStack } from '../../../localstack/localstack.ts';
import { freePort } from '../../../localstack/ports.ts';
import { startStages } from './service-setup.ts';

const root = join(import.meta.dirname, '../../..');
/** Enough to install LocalStack on a busy machine. */
const startTimeoutMs = 600_000;

declare module 'vitest' {
  interface ProvidedContext {
    localStackEndpoint: string;
  }
}

/** Starts the service at two stages over the LocalStack of LOCALSTACK_ENDPOINT, or over one without Docker. */
export default (project: TestProject): Promise<() => Promise<void>> =>
  startStages(project, async () => {
    const given = process.env['LOCALSTACK_ENDPOINT'];
    const backend = given ? await useLocalStack(given) : await startHost();
    project.provide('localStackEndpoint', backend.dynamodbEndpoint);
    return backend;
  });

async function startHost(): Promise<Backend> {
  const port = await freePort();
  const endpoint = `http://127.0.0.1:${port}`;
  const name = 'LocalStack';
  const child = spawnTied(name, 'env', [`LOCALSTACK_PORT=${port}`, 'localstack/host.sh'], root);
  const isReady = () => respondsOk(`${endpoint}/_localstack/health`);
  await untilReady({ name, child, isReady, timeoutMs: startTimeoutMs });
  return { ...(await useLocalStack(endpoint)), stop: child.stop };
}
