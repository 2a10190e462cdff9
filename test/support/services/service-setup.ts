import type { TestProject } from 'vitest/node';
import { type Backend, prepare, startEmulators } from '../../../localstack/backend.ts';
import { newSecrets, type Secrets } from '../../../localstack/secrets.ts';
import { type Service, startService } from '../../../localstack/service.ts';
import { unlimited } from './environment.ts';

declare module 'vitest' {
  interface ProvidedContext {
    dynamodbEndpoint: string;
    /** URL of stage `local`, where anyone can register as ADMIN. */
    localUrl: string;
    /** URL of stage `dev`, which has the rules of a deployed stage. */
    devUrl: string;
    devBootstrapSecret: string;
    /** Token keys of both stages. */
    tokenKeys: Secrets['tokenKeys'];
  }
}

/** Prints only warnings and errors of the service. */
const onLine = (line: string) => {
  if (/ERROR|WARN|[Ee]rror:/.test(line)) process.stderr.write(`${line}\n`);
};

/** Starts the service at two stages over one DynamoDB Local, on free ports. */
export default (project: TestProject): Promise<() => Promise<void>> => startStages(project, startEmulators);

/** Starts a backend and, over it, the service at two stages on free ports. @returns what stops all of them */
export async function startStages(
  project: TestProject,
  startBackend: () => Promise<Backend>,
): Promise<() => Promise<void>> {
  const secrets = newSecrets();
  const backend = await startBackend();
  const services: Service[] = [];
  // LocalStack does not end while the services have requests in flight.
  const teardown = async () => {
    await Promise.all(services.map((service) => service.stop()));
    await backend.stop();
  };

  try {
    const { dynamodbEndpoint, ssmEndpoint, streamReadIntervalMs } = backend;
    const startStage = async (stage: string): Promise<Service> => {
      await prepare(backend, stage, secrets);
      const options = { dynamodbEndpoint, ssmEndpoint, streamReadIntervalMs, params: unlimited, onLine };
      const service = await startService({ stage, ...options });
      services.push(service);
      return service;
    };
    // Wait for both even if one fails, so that teardown stops both.
    const both = [startStage('local'), startStage('dev')] as const;
    await Promise.allSettled(both);
    const [local, dev] = await Promise.all(both);
    project.provide('dynamodbEndpoint', dynamodbEndpoint);
    project.provide('localUrl', local.url);
    project.provide('devUrl', dev.url);
    project.provide('devBootstrapSecret', secrets.bootstrapSecret);
    project.provide('tokenKeys', secrets.tokenKeys);
  } catch (error) {
    await teardown();
    throw error;
  }
  return teardown;
}
