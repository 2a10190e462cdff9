// Long: the last test searches the log that all tests before it wrote to one isolated service.
import { randomUUID } from 'node:crypto';
import { PutCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import * as z from 'zod/mini';
import { createApiShop, putInCart, signUp } from '../../support/api-driver/api-driver.ts';
import { createClient } from '../../support/api-driver/client.ts';
import {
  clientFor,
  createOperationFixture,
  type OperationFixture,
  operationOf,
  send,
} from '../../support/api-driver/operation-requests.ts';
import { guestSchema, tokenSchema } from '../../support/api-driver/response-schemas.ts';
import { securityHeaderErrors } from '../../support/api-driver/security-headers.ts';
import { connect } from '../../support/database/tables.ts';
import { byRoute } from '../../support/openapi/contracts.ts';
import { type IsolatedService, startIsolatedService } from '../../support/services/isolated-service.ts';
import { until } from '../../support/services/processes.ts';

/** Part of every secret, name and stored value. A response or log line that contains it discloses data. */
const marker = randomUUID().replaceAll('-', '');
const account = { email: `m-${marker}@example.com`, password: `password ${marker}` };

let service: IsolatedService;
let fixture: OperationFixture;
beforeAll(async () => {
  service = await startIsolatedService('disclosure');
  const anyone = createClient(service.url);
  const headers = { 'Bootstrap-Secret': service.secrets.bootstrapSecret };
  const shop = createApiShop(anyone, await signUp(anyone, { role: 'ADMIN' }, { headers }));
  fixture = await createOperationFixture(shop, await shop.guest());
}, 120_000);
afterAll(() => service.stop());

/** Headers and body of every response to `call`. */
const responses: { readonly at: string; readonly text: string }[] = [];

interface Request {
  readonly token?: string;
  readonly body?: unknown;
  readonly text?: string;
  readonly headers?: Record<string, string>;
}

/** Sends a request. Unlike the client of other tests it accepts status 500. */
async function call(at: string, { token, body, text, headers = {} }: Request = {}) {
  const [method = '', path = ''] = at.split(' ');
  const content = text ?? (body === undefined ? undefined : JSON.stringify(body));
  const response = await fetch(`${service.url}${path}`, {
    method,
    headers: {
      'Content-Type': 'application/json',
      ...(token === undefined ? {} : { Authorization: `Bearer ${token}` }),
      ...headers,
    },
    ...(content === undefined ? {} : { body: content }),
  });
  const received = await response.text();
  responses.push({ at, text: `${JSON.stringify([...response.headers])}${received}` });
  const json: unknown = received === '' ? undefined : JSON.parse(received);
  return { status: response.status, headers: response.headers, json };
}

const logLine = z.object({
  level: z.string(),
  message: z.string(),
  function_request_id: z.string(),
  error: z.optional(z.looseObject({ name: z.string(), message: z.string() })),
});

/**
 * The lines that explain the response to one request: its rate limits may have failed too, and do not decide
 * it.
 */
const logged = (requestId: string | null) =>
  service.lines
    .filter((line) => line.includes(String(requestId)))
    .map((line) => logLine.parse(JSON.parse(line)))
    .filter(({ message }) => message !== 'RATE_LIMIT_STORE_UNAVAILABLE');

describe.each([
  ['stopped', () => service.database.stop(), /ECONNREFUSED/],
  ['not responding', () => service.database.hang(), /TimeoutError|timed out/i],
] as const)('while the database is %s', (_, breakIt, reason) => {
  afterAll(async () => {
    await service.database.restore();
    await until(async () => (await createClient(service.url).get('/health')).status === 200);
  });

  it('every route that needs it returns 503 without details and logs the reason', async () => {
    await breakIt();
    const outcomes = await Promise.all(
      byRoute.map(async ({ route, response }) => ({
        route,
        success: response.status,
        // The client also checks the fields and headers of the problem.
        ...(await send(clientFor(operationOf(route), fixture), route, fixture)),
      })),
    );
    // Routes without database access succeed; routes that write never do.
    const failed = outcomes.filter(({ status, success }) => status !== success);
    const writes = byRoute.filter(({ route }) => !route.startsWith('GET'));
    expect(failed.map(({ route }) => route)).toEqual(expect.arrayContaining(writes.map(({ route }) => route)));
    expect(failed.length).toBeGreaterThan(15);
    for (const { route, status, headers, problem } of failed) {
      expect({ route, status, problem }).toEqual({
        route,
        status: 503,
        problem: {
          type: 'urn:problem-type:sellout:unavailable',
          title: 'Service temporarily unavailable',
          status: 503,
          code: 'unavailable',
          request_id: headers.get('X-Request-Id'),
        },
      });
      expect(headers.get('Retry-After')).toMatch(/^\d+$/);
      const [line, ...more] = logged(headers.get('X-Request-Id'));
      expect(more).toEqual([]);
      expect(line).toMatchObject({ level: 'WARN', message: 'DATABASE_UNAVAILABLE' });
      expect(`${line?.error?.name} ${line?.error?.message}`).toMatch(reason);
    }
  });
});

describe('an internal error', () => {
  const table = (noun: string) => `${service.tablePrefix}-${noun}`;
  const database = connect(inject('dynamodbEndpoint'));
  const put = (noun: string, Item: object) =>
    database.send(new PutCommand({ TableName: table(noun), Item: { ...Item } }));

  async function expectBare(at: string, request?: Request) {
    const { status, headers, json } = await call(at, request);
    const request_id = headers.get('X-Request-Id');
    expect({ status, json }).toEqual({
      status: 500,
      json: {
        type: 'urn:problem-type:sellout:internal',
        title: 'Internal server error',
        status: 500,
        code: 'internal',
        request_id,
      },
    });
    expect(headers.get('Content-Type')).toBe('application/problem+json');
    expect(securityHeaderErrors(headers)).toEqual([]);
    expect(logged(request_id)).toMatchObject([{ level: 'ERROR', message: 'REQUEST_FAILED' }]);
  }

  it('from a corrupt password hash returns no details and is logged once', async () => {
    const broken = { email: `broken-${account.email}`, password: account.password };
    await put('accounts', { id: `email#${broken.email}`, account_id: marker });
    await put('accounts', {
      ...{ id: marker, kind: 'registered', role: 'ADMIN', created_at: new Date().toISOString() },
      ...{ email: broken.email, password_hash: `$argon2id$${marker}` },
    });
    await expectBare('POST /auth/login', { body: broken });
  });

  it('from a corrupt account returns no details and is logged once', async () => {
    const email = `odd-${account.email}`;
    await put('accounts', { id: `email#${email}`, account_id: `odd${marker}` });
    await put('accounts', { id: `odd${marker}`, kind: marker, email, password_hash: { [marker]: marker } });
    await expectBare('POST /auth/login', { body: { email, password: account.password } });
  });

  it('from a corrupt order returns no details and is logged once', async () => {
    const { access_token: token } = guestSchema.parse(
      (await call('POST /customer/add', { body: { username: marker } })).json,
    );
    const id = randomUUID();
    await put('orders', { id, customer_id: marker, status: marker, lines: [marker], allocations: marker });
    await expectBare(`GET /order/${id}`, { token });
    await expectBare(`POST /order/${id}/cancel`, { token });
  });

  it('from a corrupt stock shard returns no details and is logged once', async () => {
    const { shop, customer } = fixture;
    const { id } = await shop.product({ name: `stock ${marker}`, stock_shards: 1 });
    await putInCart(customer, id, 1);
    await database.send(
      new UpdateCommand({
        TableName: table('stock'),
        Key: { shard_id: `${id}#0` },
        UpdateExpression: 'SET stock = :marker',
        ExpressionAttributeValues: { ':marker': marker },
      }),
    );
    await expectBare(`GET /product/${id}`);
  });
});

describe('passwords, tokens, addresses and secrets', () => {
  it('are in no response except the one that issues them', async () => {
    const register = await call('POST /auth/register', { body: account });
    expect(register.status).toBe(201);
    const login = await call('POST /auth/login', { body: account });
    const { access_token: token } = tokenSchema.parse(login.json);
    const guest = guestSchema.parse((await call('POST /customer/add', { body: { username: 'x' } })).json);
    const issuing = responses.length;

    const { bootstrapSecret, tokenKeys } = service.secrets;
    const { password, email } = account;
    const other = { email: `other-${email}`, password };
    const statuses = [
      await call('POST /auth/register', { body: account }),
      await call('POST /auth/register', { body: { ...other, role: 'ADMIN' } }),
      await call('POST /auth/register', { body: { ...other, role: password } }),
      await call('POST /auth/register', { body: { ...other, role: email } }),
      await call('POST /auth/register', {
        body: { ...other, role: 'ADMIN' },
        headers: { 'Bootstrap-Secret': `${bootstrapSecret}x` },
      }),
      await call('POST /auth/login', { body: { ...account, password: `${password}x` } }),
      await call('POST /auth/login', { body: { email: password, password: email } }),
      await call('POST /auth/login', { body: { email: [email], password: { password } } }),
      await call('POST /auth/login', { text: `{"email":"${email}","password":"${password}"` }),
      await call('POST /auth/login', { text: `email=${email}&password=${password}` }),
      // Short enough for the parser's error message to quote it completely.
      await call('POST /auth/login', { text: 'hunter2!' }),
      await call('POST /auth/login', { body: account, headers: { 'Content-Type': `text/${marker}` } }),
      await call('POST /auth/login', { body: { ...account, padding: 'x'.repeat(70_000) } }),
      await call('POST /auth/login', { text: `{"__proto__":{"password":"${password}"}}` }),
      await call(`GET /cart/${guest.id}`, { token: `${token}x` }),
      await call(`GET /cart/${guest.id}`, { token }),
      await call(`GET /cart/${guest.id}?access_token=${token}`),
      await call(`GET /cart/${token}`, { token: guest.access_token }),
      await call(`GET /order?cursor=${token}`, { token: guest.access_token }),
      await call(`GET /order?status=${password}`, { token: guest.access_token }),
      await call('POST /order', {
        token: guest.access_token,
        body: { items: [{ id: token, quantity: password }] },
        headers: { 'Idempotency-Key': `${password} ` },
      }),
      await call(`GET /${token}`, { token }),
      await call('POST /customer/add', { body: { username: { password } } }),
    ].map(({ status }) => status);
    expect(new Set(statuses)).toEqual(new Set([400, 401, 403, 404, 409, 413, 415, 422]));

    const secrets = [password, token, email, guest.access_token, bootstrapSecret, tokenKeys.keys[0]?.k ?? ''];
    for (const { at, text } of responses.slice(issuing)) {
      for (const secret of [...secrets, marker, 'hunter2']) expect(text.includes(secret), `${at} ${text}`).toBe(false);
    }
    const [registered, loggedIn] = [responses[issuing - 3]?.text ?? '', responses[issuing - 2]?.text ?? ''];
    expect(registered).toContain(email);
    for (const text of [registered, loggedIn]) expect(text).not.toContain(password);
    expect(loggedIn).not.toContain(email);
  });

  it('are in no log line', async () => {
    const { bootstrapSecret, tokenKeys } = service.secrets;
    const tokens = responses.flatMap(({ text }) => [...text.matchAll(/"access_token":"([^"]+)"/g)].map(([, t]) => t));
    expect(tokens.length).toBeGreaterThanOrEqual(3);
    const secrets = [marker, bootstrapSecret, tokenKeys.keys[0]?.k, '@example.com', 'Bearer ', 'eyJ', ...tokens];
    // The tests above have logged enough lines to search.
    const failures = service.lines.filter((line) => /"level":"(WARN|ERROR)"/.test(line));
    expect(failures.length).toBeGreaterThan(35);
    for (const secret of secrets) {
      expect(service.lines.filter((line) => line.includes(String(secret)))).toEqual([]);
    }
  });
});
