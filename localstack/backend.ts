import { CreateEventBusCommand, EventBridgeClient, ResourceAlreadyExistsException } from '@aws-sdk/client-eventbridge';
import { PutParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import { localAws } from './dummy-credentials.ts';
import { startDynamoDbLocal } from './dynamodb-local.ts';
import { startFakeSsm } from './fake-ssm.ts';
import { parametersOf, type Secrets } from './secrets.ts';
import { createTables, tablePrefix } from './tables.ts';

/** The AWS services that the API uses on a local machine. */
export interface Backend {
  readonly dynamodbEndpoint: string;
  readonly ssmEndpoint: string;
  /** Order events are not published without it. */
  readonly eventBridgeEndpoint?: string;
  /** Milliseconds between reads of a stream. */
  readonly streamReadIntervalMs?: number;
  /** Resolves when it has ended, with a sentence about how it ended. Never rejects. */
  readonly exited: Promise<string>;
  stop(): Promise<void>;
}

interface BackendOptions {
  /** A free port by default. */
  port?: number | undefined;
  /** Directory of the tables; in memory by default. */
  dataDirectory?: string | undefined;
  signal?: AbortSignal | undefined;
}

/** Starts DynamoDB Local and a fake SSM. */
export async function startEmulators(options: BackendOptions = {}): Promise<Backend> {
  const database = await startDynamoDbLocal(options);
  const parameters = await startFakeSsm(new Map());
  return {
    dynamodbEndpoint: database.endpoint,
    ssmEndpoint: parameters.endpoint,
    exited: database.exited,
    stop: async () => {
      await Promise.all([database.stop(), parameters.stop()]);
    },
  };
}

/** Creates the tables, the secrets and the event bus, as a deployment does. Idempotent. */
export async function prepare(backend: Backend, stage: string, secrets: Secrets): Promise<void> {
  const prefix = await tablePrefix(stage);
  await createTables({ endpoint: backend.dynamodbEndpoint, prefix });
  await putParameters(backend.ssmEndpoint, parametersOf(stage, secrets));
  if (backend.eventBridgeEndpoint !== undefined) await createBus(backend.eventBridgeEndpoint, `${prefix}-orders`);
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
