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
    const database = started(await startDynamoDbLocal());
    const startStage = async (stage: string): Promise<Service> => {
      await createTables({ endpoint: database.endpoint, prefix: await tablePrefix(stage) });
      const endpoints = { dynamodbEndpoint: database.endpoint, ssmEndpoint: parameters.endpoint };
      return started(await startService({ stage, params: unlimited, ...endpoints, onLine }));
    };
    // Wait for both even if one fails, so that teardown stops both.
    const both = [startStage('local'), startStage('dev')] as const;
    await Promise.allSettled(both);
    const [local, dev] = await Promise.all(both);
    project.provide('dynamodbEndpoint', database.endpoint);
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
