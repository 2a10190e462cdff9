import { randomUUID } from 'node:crypto';
import { request } from 'node:http';
import { afterAll, beforeAll, describe, expect, inject, it, vi } from 'vitest';
import * as z from 'zod/mini';
import { newSecrets, parametersOf, startParameterStore } from '../../../localstack/parameters.ts';
import { startService } from '../../../localstack/service.ts';
import { createTables, tablePrefix } from '../../../localstack/tables.ts';
import { type Client, createClient, expectReply, outcomeOf } from '../../support/client.ts';
import { signUp, storefrontOf } from '../../support/storefront.ts';

const windowSeconds = 30;
/** Requests of one subject in a window. */
const limit = 10;
const stage = `limits${randomUUID().slice(0, 6)}`;
const password = 'correct horse battery';

const secrets = newSecrets();

let client: Client;
let url: string;
const ends: (() => Promise<void>)[] = [];

/** A service with small limits of its own. */
beforeAll(async () => {
  const dynamodbEndpoint = inject('dynamodbEndpoint');
  const parameters = await startParameterStore(new Map(parametersOf(stage, secrets)));
  ends.push(parameters.stop);
  await createTables({ endpoint: dynamodbEndpoint, prefix: await tablePrefix(stage) });
  const params = {
    limit_auth_per_address: `10000/${windowSeconds}`,
    limit_auth_per_email: `${limit}/${windowSeconds}`,
    limit_guests_per_address: `${limit}/${windowSeconds}`,
    limit_orders_per_account: `${limit}/${windowSeconds}`,
  };
  const service = await startService({ stage, params, dynamodbEndpoint, ssmEndpoint: parameters.endpoint });
  ends.unshift(service.stop);
  url = service.url;
  client = createClient(url);
}, 60_000);

afterAll(async () => {
  for (const end of ends) await end();
});

const windowMs = windowSeconds * 1_000;
const windowNow = () => Math.floor(Date.now() / windowMs);
const patience = { timeout: 2 * windowMs, interval: 100 };

/** Does it early in a window, and again if the window is over before it is done. */
async function withinWindow<T>(act: () => Promise<T>): Promise<T> {
  for (;;) {
    await vi.waitUntil(() => Date.now() % windowMs < windowMs / 2, patience);
    const window = windowNow();
    const result = await act();
    if (windowNow() === window) return result;
  }
}

const token = z.object({ access_token: z.string() });
const login = (email: string, secret = password) => client.post('/auth/login', { email, password: secret });

async function account(): Promise<string> {
  const email = `${randomUUID()}@example.com`;
  expect((await client.post('/auth/register', { email, password })).status).toBe(201);
  return email;
}

/** Sent from another address of this machine. */
function postFrom(localAddress: string, path: string, body: unknown): Promise<number | undefined> {
  const { promise, resolve, reject } = Promise.withResolvers<number | undefined>();
  const headers = { 'Content-Type': 'application/json' };
  const sent = request(`${url}${path}`, { method: 'POST', localAddress, headers }, (reply) => {
    reply.resume();
    resolve(reply.statusCode);
  });
  sent.on('error', reject).end(JSON.stringify(body));
  return promise;
}

describe('guessing a password', () => {
  it('reaches the password check no more often than the limit in a thousand parallel tries', async () => {
    const victim = await account();
    const other = await account();
    const tries = await withinWindow(async () => {
      const guesses = await Promise.allSettled(
        Array.from({ length: 1_000 }, (_, n) => login(victim, `wrong ${n}`)),
      );
      const right = await login(victim);
      const elsewhere = await login(other);
      return { guesses, right, elsewhere };
    });
    const replies = tries.guesses.flatMap((guess) => (guess.status === 'fulfilled' ? [guess.value] : []));
    // A server that a thousand clients connect to at once may reset a connection; such a try may have counted.
    const lost = tries.guesses.flatMap((guess) => (guess.status === 'rejected' ? [guess.reason] : []));
    expect(lost.filter((error) => error?.cause?.code !== 'ECONNRESET')).toEqual([]);
    expect(lost.length).toBeLessThan(limit);
    const codes = Map.groupBy(replies, (reply) => outcomeOf(reply).code);
    // So many at once leave the process no time for its database, so one let through may get 503.
    const letThrough = [...(codes.get('invalid_credentials') ?? []), ...(codes.get('unavailable') ?? [])];
    expect(codes.has('invalid_credentials')).toBe(true);
    expect(letThrough.length).toBeLessThanOrEqual(limit);
    expect(letThrough.length).toBeGreaterThanOrEqual(limit - lost.length);
    expect(codes.get('rate_limited')).toHaveLength(1_000 - letThrough.length - lost.length);
    expect(outcomeOf(tries.right)).toEqual({ status: 429, code: 'rate_limited' });
    expect(tries.elsewhere.status).toBe(200);
    await vi.waitUntil(async () => (await login(victim)).status === 200, patience);
  }, 180_000);

  it('counts an unknown address as it counts a known one', async () => {
    const known = await account();
    const unknown = `${randomUUID()}@example.com`;
    const [first, second] = await withinWindow(() =>
      Promise.all(
        [known, unknown].map((email) =>
          Promise.all(Array.from({ length: limit + 3 }, () => login(email, 'wrong'))),
        ),
      ),
    );
    const codes = (replies = first) => replies?.map((reply) => outcomeOf(reply).code).sort();
    expect(codes(second)).toEqual(codes(first));
    expect(codes(first)?.filter((code) => code === 'rate_limited')).toHaveLength(3);
  });

  it('is counted by mailbox, whatever the case of its address', async () => {
    const email = await account();
    const replies = await withinWindow(() =>
      Promise.all(
        Array.from({ length: 2 * limit }, (_, n) => login(n % 2 === 0 ? email : email.toUpperCase(), 'no')),
      ),
    );
    expect(replies.filter(({ status }) => status === 401)).toHaveLength(limit);
  });

  it('does not count logins that are right', async () => {
    const email = await account();
    for (let n = 0; n < limit + 3; n += 1) expect((await login(email)).status).toBe(200);
    const afterMany = await withinWindow(async () => {
      await Promise.all(Array.from({ length: 3 * limit }, () => login(email)));
      // Some of so many at once were refused, which must not keep the next one out for the rest of the window.
      const window = windowNow();
      await vi.waitUntil(async () => (await login(email)).status === 200, patience);
      return windowNow() === window;
    });
    expect(afterMany).toBe(true);
  });
});

describe('a limit by address', () => {
  it('cannot be escaped with headers that name another, and leaves other addresses alone', async () => {
    const headerNames = ['X-Forwarded-For', 'X-Real-IP', 'Forwarded', 'X-Client-IP', 'True-Client-IP'];
    const { replies, elsewhere } = await withinWindow(async () => {
      const replies = await Promise.all(
        Array.from({ length: 3 * limit }, (_, n) => {
          const headers = Object.fromEntries(
            headerNames.map((name) => [name, name === 'Forwarded' ? `for=10.0.0.${n}` : `10.0.0.${n}`]),
          );
          return client.post('/customer/add', { username: 'bot' }, { headers });
        }),
      );
      return { replies, elsewhere: await postFrom('127.0.0.2', '/customer/add', { username: 'shopper' }) };
    });
    expect(replies.filter(({ status }) => status === 201)).toHaveLength(limit);
    expect(replies.filter(({ status }) => status === 429)).toHaveLength(2 * limit);
    expect(elsewhere).toBe(201);
  });
});

describe('placing orders', () => {
  it('is counted by account, over both ways to order, and nothing of the rest is placed', async () => {
    const email = await account();
    const { access_token } = expectReply(await login(email), 200, token);
    const shopper = client.as(access_token);
    const claims = z.object({ sub: z.string() });
    const { sub } = claims.parse(
      JSON.parse(Buffer.from(access_token.split('.')[1] ?? '', 'base64url').toString()),
    );
    const unknown = { items: [{ id: randomUUID(), quantity: 1 }] };
    const replies = await withinWindow(() =>
      Promise.all(
        Array.from({ length: 3 * limit }, (_, n) =>
          n % 2 === 0
            ? shopper.post('/order', unknown)
            : shopper.post('/order/add', { customer_id: sub }, { headers: { 'Idempotency-Key': `k${n}` } }),
        ),
      ),
    );
    const byStatus = Map.groupBy(replies, ({ status }) => status);
    expect(byStatus.get(429)).toHaveLength(2 * limit);
    // An unknown product and an empty cart: those were let through.
    expect([...(byStatus.get(404) ?? []), ...(byStatus.get(409) ?? [])]).toHaveLength(limit);
  });

  it('is counted for replays too, both ways', async () => {
    const bootstrap = { headers: { 'Bootstrap-Secret': secrets.bootstrapSecret } };
    const shop = storefrontOf(client, await signUp(client, { role: 'ADMIN' }, bootstrap));
    const { id } = await shop.product();
    const shopper = await signUp(client);
    const customer_id = shopper.id;
    await shopper.api.post('/cart/add', { customer_id, product_id: id, quantity: 1 });
    const checkout = () =>
      shopper.api.post('/order/add', { customer_id }, { headers: { 'Idempotency-Key': 'checkout' } });
    const submit = () =>
      shopper.api.post(
        '/order',
        { items: [{ id, quantity: 1 }] },
        { headers: { 'Idempotency-Key': 'submit' } },
      );
    const replies = await withinWindow(async () => {
      const first = [await checkout(), await submit()];
      const rest = Array.from({ length: 2 * limit }, (_, n) => (n % 2 === 0 ? checkout() : submit()));
      return [...first, ...(await Promise.all(rest))];
    });
    expect(replies[0]?.status).toBe(201);
    expect(replies[1]?.status).toBe(202);
    expect(replies.filter(({ status }) => status === 429)).toHaveLength(limit + 2);
  });
});

describe('a reply of a limited operation', () => {
  it('tells the policy and what is left of it, and when to come back', async () => {
    const email = `${randomUUID()}@example.com`;
    const replies = await withinWindow(async () => {
      const replies = [];
      for (let n = 0; n <= limit; n += 1) replies.push(await login(email, 'wrong'));
      return replies;
    });
    const policy = `"auth-per-address";q=10000;w=${windowSeconds}, "auth-per-email";q=${limit};w=${windowSeconds}`;
    for (const [index, { headers }] of replies.entries()) {
      expect(headers.get('RateLimit-Policy')).toBe(policy);
      const left = Math.max(0, limit - 1 - index);
      expect(headers.get('RateLimit')).toMatch(
        new RegExp(`^"auth-per-address";r=\\d+;t=\\d+, "auth-per-email";r=${left};t=\\d+$`),
      );
    }
    const last = replies.at(-1);
    expect(last?.status).toBe(429);
    const seconds = Number(last?.headers.get('Retry-After'));
    expect(seconds).toBeGreaterThan(0);
    expect(seconds).toBeLessThanOrEqual(windowSeconds);
  });
});
