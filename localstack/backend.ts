import {
  CreateEventBusCommand,
  EventBridgeClient,
  ResourceAlreadyExistsException,
} from '@aws-sdk/client-eventbridge';
import { PutParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import { localAws } from './dummy-credentials.ts';
import { startDynamoDbLocal } from './dynamodb-local.ts';
import { parametersOf, type Secrets, startFakeSsm } from './fake-ssm.ts';
import { createTables, tablePrefix } from './tables.ts';

/** What the service has around it on one machine. */
export interface Backend {
  readonly dynamodbEndpoint: string;
  readonly ssmEndpoint: string;
  /** Where there is none, no order is told of. */
  readonly eventBridgeEndpoint?: string;
  /** Resolves, never rejects, when it has ended, with a sentence that says how. */
  readonly exited: Promise<string>;
  stop(): Promise<void>;
}

interface BackendOptions {
  port: number;
  /** Where tables live on; in memory if left out. */
  dataDirectory?: string | undefined;
  signal: AbortSignal;
}

/** DynamoDB Local and a stand-in for SSM. */
export async function startEmulators(options: BackendOptions): Promise<Backend> {
  const engine = await startDynamoDbLocal(options);
  const parameters = await startFakeSsm(new Map());
  return {
    dynamodbEndpoint: engine.endpoint,
    ssmEndpoint: parameters.endpoint,
    exited: engine.exited,
    stop: async () => {
      await Promise.all([engine.stop(), parameters.stop()]);
    },
  };
}

/** Makes what a deployment would: the tables of serverless.yml, the secrets and the bus. Safe to repeat. */
export async function prepare(backend: Backend, stage: string, secrets: Secrets): Promise<void> {
  const prefix = await tablePrefix(stage);
  await createTables({ endpoint: backend.dynamodbEndpoint, prefix });
  await putParameters(backend.ssmEndpoint, parametersOf(stage, secrets));
  if (backend.eventBridgeEndpoint !== undefined)
    await createBus(backend.eventBridgeEndpoint, `${prefix}-orders`);
}

async function putParameters(endpoint: string, parameters: readonly [string, string][]): Promise<void> {
  const client = new SSMClient({ endpoint, ...localAws });
  try {
    for (const [Name, Value] of parameters)
      await client.send(new PutParameterCommand({ Name, Value, Type: 'SecureString', Overwrite: true }));
  } finally {
    client.destroy();
  }
}

async function createBus(endpoint: string, Name: string): Promise<void> {
  const client = new EventBridgeClient({ endpoint, ...localAws });
  try {
    await client.send(new CreateEventBusCommand({ Name }));
  } catch (error) {
    if (!(error instanceof ResourceAlreadyExistsException)) throw error;
  } finally {
    client.destroy();
  }
}
