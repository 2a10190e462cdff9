import type { TestProject } from 'vitest/node';
import { startDynamoDbLocal } from '../../../localstack/dynamodb-local.ts';
import { startFakeSsm } from '../../../localstack/fake-ssm.ts';
import { newSecrets, parametersOf, type Secrets } from '../../../localstack/secrets.ts';
import { type Service, startService } from '../../../localstack/service.ts';
import { createTables, tablePrefix } from '../../../localstack/tables.ts';
import { unlimited } from './environment.ts';

declare module 'vitest' {
  interface ProvidedContext {
    dynamodbEndpoint: string;
    /** The service at stage `local`, where anyone may register as ADMIN. */
    localUrl: string;
    /** The service at stage `dev`, which is as strict as any other stage. */
    devUrl: string;
    devBootstrapSecret: string;
    /** The keys that sign tokens at both stages. */
    tokenKeys: Secrets['tokenKeys'];
  }
}

/** Handlers log each request; a test run shows only what is wrong. */
const onLine = (line: string) => {
  if (/ERROR|WARN|[Ee]rror:/.test(line)) process.stderr.write(`${line}\n`);
};

/** The service at two stages over one engine, all of it on free ports. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const stops: (() => Promise<void>)[] = [];
  const teardown = async () => {
    await Promise.all(stops.map((stop) => stop()));
  };
  const started = <T extends { stop(): Promise<void> }>(part: T): T => {
    stops.push(part.stop);
    return part;
  };

  try {
    const secrets = newSecrets();
    const values = new Map(['local', 'dev'].flatMap((stage) => parametersOf(stage, secrets)));
    const parameters = started(await startFakeSsm(values));
    const engine = started(await startDynamoDbLocal());
    const startStage = async (stage: string): Promise<Service> => {
      await createTables({ endpoint: engine.endpoint, prefix: await tablePrefix(stage) });
      const endpoints = { dynamodbEndpoint: engine.endpoint, ssmEndpoint: parameters.endpoint };
      return started(await startService({ stage, params: unlimited, ...endpoints, onLine }));
    };
    // Side by side; the second is awaited even if the first fails, so that it is stopped as well.
    const both = [startStage('local'), startStage('dev')] as const;
    await Promise.allSettled(both);
    const [local, dev] = await Promise.all(both);
    project.provide('dynamodbEndpoint', engine.endpoint);
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
