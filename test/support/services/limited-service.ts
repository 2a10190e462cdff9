import { randomUUID } from 'node:crypto';
import { request } from 'node:http';
import { text } from 'node:stream/consumers';
import { expect, inject, vi } from 'vitest';
import * as z from 'zod/mini';
import { startFakeSsm } from '../../../localstack/fake-ssm.ts';
import { newSecrets, parametersOf, type Secrets } from '../../../localstack/secrets.ts';
import { startService } from '../../../localstack/service.ts';
import { createTables, tablePrefix } from '../../../localstack/tables.ts';
import { type Client, createClient, type Reply } from '../api-driver/client.ts';

export const windowSeconds = 30;
/** Requests of one subject in a window, or failures of one address and mailbox. */
export const limit = 10;
/** Failures of one mailbox in a window, from all addresses together. */
export const mailboxLimit = 25;

const windowMs = windowSeconds * 1_000;
const windowNow = () => Math.floor(Date.now() / windowMs);
/** For `vi.waitUntil`: the window that is open, and one more. */
export const patience = { timeout: 2 * windowMs, interval: 100 };

export interface LimitedService {
  readonly client: Client;
  readonly secrets: Secrets;
  /** Sent from another address of this machine, such as 127.0.0.2. */
  postFrom(address: string, path: string, body: unknown): Promise<AnswerFrom>;
  stop(): Promise<void>;
}

type AnswerFrom = Pick<Reply, 'status' | 'headers'> & { readonly code: string | undefined };

/** A service of its own whose limits are small, but for that of all logins and registrations of an address. */
export async function startLimitedService(): Promise<LimitedService> {
  const stage = `limits${randomUUID().slice(0, 6)}`;
  const secrets = newSecrets();
  const dynamodbEndpoint = inject('dynamodbEndpoint');
  const parameters = await startFakeSsm(new Map(parametersOf(stage, secrets)));
  await createTables({ endpoint: dynamodbEndpoint, prefix: await tablePrefix(stage) });
  const params = {
    limit_auth_per_address: `10000/${windowSeconds}`,
    limit_auth_per_address_and_email: `${limit}/${windowSeconds}`,
    limit_auth_per_email: `${mailboxLimit}/${windowSeconds}`,
    limit_guests_per_address: `${limit}/${windowSeconds}`,
    limit_orders_per_account: `${limit}/${windowSeconds}`,
  };
  const service = await startService({ stage, params, dynamodbEndpoint, ssmEndpoint: parameters.endpoint });
  return {
    client: createClient(service.url),
    secrets,
    postFrom: (address, path, body) => postFrom(address, `${service.url}${path}`, body),
    async stop() {
      await service.stop();
      await parameters.stop();
    },
  };
}

const problem = z.object({ code: z.optional(z.string()) });

async function postFrom(localAddress: string, url: string, body: unknown): Promise<AnswerFrom> {
  const { promise, resolve, reject } = Promise.withResolvers<AnswerFrom>();
  const headers = { 'Content-Type': 'application/json' };
  const sent = request(url, { method: 'POST', localAddress, headers }, async (reply) => {
    const { code } = problem.parse(JSON.parse(await text(reply)));
    const pairs = Object.entries(reply.headersDistinct).map(([name, values = []]) => [
      name,
      values.join(', '),
    ]);
    resolve({ status: reply.statusCode ?? 0, headers: new Headers(Object.fromEntries(pairs)), code });
  });
  sent.on('error', reject).end(JSON.stringify(body));
  return promise;
}

/** Does it early in a window, and again if the window is over before it is done. */
export async function withinWindow<T>(act: () => Promise<T>): Promise<T> {
  for (;;) {
    await vi.waitUntil(() => Date.now() % windowMs < windowMs / 2, patience);
    const window = windowNow();
    const result = await act();
    if (windowNow() === window) return result;
  }
}

/** That a reply which came at `at` told to wait for the rest of its window, and for more than a second. */
export function expectRestOfWindow({ headers }: { readonly headers: Headers }, at: number): void {
  const seconds = Number(headers.get('Retry-After'));
  // Rounded up, and a little older.
  expect(seconds).toBeGreaterThanOrEqual(windowSeconds - (at % windowMs) / 1_000);
  expect(seconds).toBeLessThanOrEqual(windowSeconds);
  expect(seconds).toBeGreaterThan(1);
}
