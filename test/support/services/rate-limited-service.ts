import { randomUUID } from 'node:crypto';
import { request } from 'node:http';
import { text } from 'node:stream/consumers';
import { expect, inject, vi } from 'vitest';
import * as z from 'zod/mini';
import { startFakeSsm } from '../../../localstack/fake-ssm.ts';
import { newSecrets, parametersOf, type Secrets } from '../../../localstack/secrets.ts';
import { startService } from '../../../localstack/service.ts';
import { createTables, tablePrefix } from '../../../localstack/tables.ts';
import { type ApiResponse, type Client, createClient } from '../api-driver/client.ts';

export const windowSeconds = 30;
/** Requests per window and client, or failed logins per window, address and mailbox. */
export const limit = 10;
/** Failed logins per window and mailbox, over all addresses. */
export const mailboxLimit = 25;

const windowMs = windowSeconds * 1_000;
const windowNow = () => Math.floor(Date.now() / windowMs);
/** Options of `vi.waitUntil` that last for the current window and the next one. */
export const untilNextWindow = { timeout: 2 * windowMs, interval: 100 };

export interface RateLimitedService {
  readonly client: Client;
  readonly secrets: Secrets;
  /** Sends from another loopback address, such as 127.0.0.2. */
  postFrom(address: string, path: string, body: unknown): Promise<LimitedResponse>;
  stop(): Promise<void>;
}

type LimitedResponse = Pick<ApiResponse, 'status' | 'headers'> & { readonly code: string | undefined };

/** Starts a service with low rate limits, except for logins and registrations per address. */
export async function startRateLimitedService(): Promise<RateLimitedService> {
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

async function postFrom(localAddress: string, url: string, body: unknown): Promise<LimitedResponse> {
  const { promise, resolve, reject } = Promise.withResolvers<LimitedResponse>();
  const headers = { 'Content-Type': 'application/json' };
  const sent = request(url, { method: 'POST', localAddress, headers }, async (response) => {
    const { code } = problem.parse(JSON.parse(await text(response)));
    const pairs = Object.entries(response.headersDistinct).map(([name, values = []]) => [name, values.join(', ')]);
    resolve({ status: response.statusCode ?? 0, headers: new Headers(Object.fromEntries(pairs)), code });
  });
  sent.on('error', reject).end(JSON.stringify(body));
  return promise;
}

/** Runs the action early in a window. If the window ends before the action does, runs it again in an unused window. */
export async function withinWindow<T>(act: () => Promise<T>): Promise<T> {
  let lastUsed = Number.NEGATIVE_INFINITY;
  for (;;) {
    const isEarly = () => windowNow() > lastUsed && Date.now() % windowMs < windowMs / 2;
    await vi.waitUntil(isEarly, untilNextWindow);
    const window = windowNow();
    const result = await act();
    lastUsed = windowNow();
    if (lastUsed === window) return result;
  }
}

/**
 * Expects Retry-After to cover the rest of the window, and more than a second.
 *
 * @param at time of the response
 */
export function expectRestOfWindow({ headers }: { readonly headers: Headers }, at: number): void {
  const seconds = Number(headers.get('Retry-After'));
  // Rounded up, and computed slightly before `at`.
  expect(seconds).toBeGreaterThanOrEqual(windowSeconds - (at % windowMs) / 1_000);
  expect(seconds).toBeLessThanOrEqual(windowSeconds);
  expect(seconds).toBeGreaterThan(1);
}
