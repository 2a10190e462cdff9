import { randomUUID } from 'node:crypto';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { APIGatewayProxyStructuredResultV2, Context } from 'aws-lambda';
import * as z from 'zod';
import { startDynamoDbLocal } from '../../localstack/dynamodb-local.ts';
import { startFakeSsm } from '../../localstack/fake-ssm.ts';
import { newSecrets } from '../../localstack/secrets.ts';
import { createTables } from '../../localstack/tables.ts';
import { contextOf, eventOf } from '../support/fixtures/domain-builders.ts';
import { environment } from '../support/services/environment.ts';
import { fileOf } from './bundles.ts';
import { untapped } from './wire.ts';

type Handler = (event: unknown, context: Context) => Promise<unknown>;

interface Request {
  readonly params?: Readonly<Record<string, string>>;
  readonly body?: object;
  readonly token?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

const handlerModule = z.object({ handler: z.custom<Handler>((value) => typeof value === 'function') });
const reply = z.object({ statusCode: z.number(), body: z.string().optional() });

export type World = Awaited<ReturnType<typeof openWorld>>;

/** What API Gateway hands to a function for this request. */
export const eventFor = ({ params, body, token, headers = {} }: Request) =>
  eventOf({
    ...(params === undefined ? {} : { pathParameters: params }),
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    headers: {
      'content-type': 'application/json',
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      ...headers,
    },
  });

/** The functions themselves in this process, from their sources, on an engine of their own. Once in a process: they read the environment when they are loaded. */
export async function openWorld() {
  const engine = await startDynamoDbLocal();
  const { tokenKeys } = newSecrets();
  const prefix = `bench-${randomUUID()}`;
  const parameters = await startFakeSsm(new Map([['/test/token-keys', JSON.stringify(tokenKeys)]]));
  await createTables({ endpoint: engine.endpoint, prefix });
  const credentials = { AWS_ACCESS_KEY_ID: 'local', AWS_SECRET_ACCESS_KEY: 'local' };
  const unlimited = Object.keys(environment).filter((name) => name.startsWith('LIMIT_'));
  Object.assign(process.env, environment, credentials, {
    ...Object.fromEntries(unlimited.map((name) => [name, '100000000/60'])),
    TABLE_PREFIX: prefix,
    AWS_REGION: 'eu-central-1',
    AWS_ENDPOINT_URL_DYNAMODB: engine.endpoint,
    AWS_ENDPOINT_URL_SSM: parameters.endpoint,
    POWERTOOLS_METRICS_DISABLED: 'true',
  });
  const client = new DynamoDBClient({
    endpoint: engine.endpoint,
    region: 'eu-central-1',
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
    requestHandler: untapped,
  });

  const load = async (name: string): Promise<Handler> =>
    handlerModule.parse(await import(fileOf(name))).handler;

  /** What the operation answers. @throws {Error} for any refusal */
  async function invoke(name: string, request: Request = {}): Promise<unknown> {
    const answer: APIGatewayProxyStructuredResultV2 = reply.parse(
      await (await load(name))(eventFor(request), contextOf()),
    );
    if ((answer.statusCode ?? 500) >= 300) throw new Error(`${name}: ${answer.statusCode} ${answer.body}`);
    return answer.body === undefined ? undefined : JSON.parse(answer.body);
  }

  return {
    prefix,
    client,
    load,
    invoke,
    stop: async () => {
      client.destroy();
      await parameters.stop();
      await engine.stop();
    },
  };
}
