import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { Context } from 'aws-lambda';
import { inject } from 'vitest';
import * as z from 'zod';
import { startFakeSsm } from '../../../localstack/fake-ssm.ts';
import { newSecrets } from '../../../localstack/secrets.ts';
import { fileOf } from '../../bench/bundles.ts';
import { freshTables } from '../../support/database/tables.ts';
import { contextOf, eventOf } from '../../support/fixtures/domain-builders.ts';
import { environment } from '../../support/services/environment.ts';
import { directHandler } from './intercept-sdk.ts';

type Handler = (event: unknown, context: Context) => Promise<unknown>;

interface Request {
  readonly params?: Readonly<Record<string, string>>;
  readonly body?: object;
  readonly token?: string;
}

const handlerModule = z.object({ handler: z.custom<Handler>((value) => typeof value === 'function') });
const response = z.object({ statusCode: z.number(), body: z.string().optional() });

export type Functions = Awaited<ReturnType<typeof openFunctions>>;

/**
 * Loads the functions from their sources into this process, with tables of their own. Call it once in a process: functions
 * read the environment when they are loaded.
 */
export async function openFunctions() {
  const endpoint = inject('dynamodbEndpoint');
  const { prefix } = await freshTables();
  const keys = JSON.stringify(newSecrets().tokenKeys);
  const parameters = await startFakeSsm(new Map([['/test/token-keys', keys]]));
  const limits = Object.keys(environment).filter((name) => name.startsWith('LIMIT_'));
  Object.assign(process.env, environment, {
    ...Object.fromEntries(limits.map((name) => [name, '100000000/60'])),
    AWS_ACCESS_KEY_ID: 'local',
    AWS_SECRET_ACCESS_KEY: 'local',
    TABLE_PREFIX: prefix,
    AWS_REGION: 'eu-central-1',
    AWS_ENDPOINT_URL_DYNAMODB: endpoint,
    AWS_ENDPOINT_URL_SSM: parameters.endpoint,
    POWERTOOLS_METRICS_DISABLED: 'true',
  });
  const client = new DynamoDBClient({
    endpoint,
    region: 'eu-central-1',
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
    requestHandler: directHandler,
  });

  const load = async (name: string): Promise<Handler> => handlerModule.parse(await import(fileOf(name))).handler;

  /** Invokes a function of the API. @returns the parsed body. @throws {Error} if the status is not 2xx */
  async function invoke(name: string, { params, body, token }: Request = {}): Promise<unknown> {
    const event = eventOf({
      ...(params === undefined ? {} : { pathParameters: params }),
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      headers: {
        'content-type': 'application/json',
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      },
    });
    const { statusCode, body: text } = response.parse(await (await load(name))(event, contextOf()));
    if (statusCode >= 300) throw new Error(`${name}: ${statusCode} ${text}`);
    return text === undefined ? undefined : JSON.parse(text);
  }

  return { prefix, client, load, invoke, stop: () => parameters.stop() };
}
