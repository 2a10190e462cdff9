import { randomUUID } from 'node:crypto';
import { beforeAll, describe, expect, it } from 'vitest';
import { createLocalShop } from '../../support/api-driver/api-driver.ts';
import { type Client, expectResponse, localClient, outcomeOf, pathsOf } from '../../support/api-driver/client.ts';
import {
  bodyWith,
  clientFor,
  createOperationFixture,
  type OperationFixture,
  operationOf,
  send,
} from '../../support/api-driver/operation-requests.ts';
import { newAccount, uniqueName } from '../../support/api-driver/request-bodies.ts';
import { accountSchema, productSchema } from '../../support/api-driver/response-schemas.ts';
import { byRoute, objectsOf } from '../../support/openapi/contracts.ts';

const api = localClient();
const login = (text: string, by: Client = api) => by.post('/auth/login', undefined, { text });
const invalid = { status: 422, code: 'invalid_request' };

let fixture: OperationFixture;
beforeAll(async () => {
  const shop = await createLocalShop();
  fixture = await createOperationFixture(shop, await shop.guest());
});

const withBody = byRoute.filter(({ request }) => request.body !== undefined);

describe('a key that could reach a prototype', () => {
  const objects = withBody.flatMap(({ route, request }) =>
    objectsOf(request.body).map(({ path }) => ({ route, path, at: path.join('.') })),
  );
  const traps: readonly (readonly [string, string])[] = [
    ['__proto__', '{"role":"ADMIN","limit_per_customer":1,"polluted":true}'],
    ['__proto__', 'null'],
    ['constructor', '{"prototype":{"role":"ADMIN","polluted":true}}'],
    ['prototype', '{"role":"ADMIN"}'],
    // Inside the value of an unknown field, which the parser must also check.
    ['surplus', '[[{"a":{"__proto__":{"role":"ADMIN"}}}]]'],
    ['surplus', '{"a":{"constructor":{"prototype":{"role":"ADMIN"}}}}'],
  ];

  it.each(objects)('returns invalid_request in the object at "$at" in the body of $route', async ({ route, path }) => {
    const operation = operationOf(route);
    const before = await operation.state?.(fixture);
    for (const [key, json] of traps) {
      const text = bodyWith(route, fixture, [...path, key], json);
      expect(text).toContain(json);
      expect(outcomeOf(await send(clientFor(operation, fixture), route, fixture, { text }))).toEqual(invalid);
    }
    expect(await operation.state?.(fixture)).toEqual(before);
  });

  it.each(['?__proto__[role]=ADMIN', '?__proto__.role=ADMIN', '?constructor[prototype][role]=ADMIN', '?__proto__=x'])(
    'returns invalid_request in the query %s',
    async (query) => {
      expect(outcomeOf(await api.get(`/product${query}`))).toEqual(invalid);
    },
  );

  it('has no effect in a header', async () => {
    const headers = { __proto__x: '1', constructor: 'x', 'x-__proto__': 'x' };
    expect((await api.get('/product', { headers })).status).toBe(200);
  });

  it('does not change later requests', async () => {
    const { shop } = fixture;
    const made = expectResponse(await api.post('/auth/register', newAccount()), 201, accountSchema);
    expect(made.role).toBe('USER');
    const body = { name: uniqueName('plain'), stock: 1, price: 1 };
    const product = expectResponse(await shop.admin.api.post('/product', body), 201, productSchema);
    expect(product).toMatchObject({ limit_per_customer: null, active: true });
    expect((await api.get('/health')).body).toEqual({ status: 'ok' });
  });
});

describe('a deep or long body', () => {
  it.each([
    ['open', '['.repeat(60_000)],
    ['closed', `${'['.repeat(30_000)}${']'.repeat(30_000)}`],
    ['of objects', `${'{"a":'.repeat(10_000)}1${'}'.repeat(10_000)}`],
    ['in a field', `{"email":${'['.repeat(20_000)}${']'.repeat(20_000)},"password":"x"}`],
  ])('returns 400 or 422 if nested deeply, %s', async (_, text) => {
    expect([400, 422]).toContain((await login(text)).status);
  });

  const short = (count: number, of: (index: number) => string) =>
    Array.from({ length: count }, (_, index) => of(index)).join(',');

  it.each([
    ['empty elements', `{"items":[${short(21_000, () => '{}')}]}`],
    ['elements of another type', `{"items":[${short(32_000, () => '0')}]}`],
    ['unknown fields', `{"items":[],${short(6_000, (n) => `"${n.toString(36)}":1`)}}`],
    ['unknown fields in an element', `{"items":[{${short(6_000, (n) => `"${n.toString(36)}":1`)}}]}`],
  ])('returns an error smaller than the body: %s', async (_, text) => {
    const response = await send(fixture.customer.api, 'POST /order', fixture, { text });
    expect(outcomeOf(response)).toEqual(invalid);
    expect(response.problem?.errors?.length).toBeGreaterThan(0);
    expect(JSON.stringify(response.body).length).toBeLessThan(text.length);
  });
});

describe('JSON that parsers read differently', () => {
  const objects = withBody.flatMap(({ route, request }) =>
    objectsOf(request.body).map(({ path }) => ({ route, path, at: path.join('.') })),
  );

  it.each(objects)(
    'returns invalid_request for a repeated field in the object at "$at" in the body of $route',
    async ({ route, path }) => {
      const operation = operationOf(route);
      const before = await operation.state?.(fixture);
      for (const [first, second] of [
        ['1', '1'],
        ['1', '"x"'],
        ['{"a":[]}', '{"a":[]}'],
      ]) {
        // The field is also unknown, but repetition is checked first.
        const text = bodyWith(route, fixture, [...path, 'twice'], `${first},"twice":${second}`);
        const response = await send(clientFor(operation, fixture), route, fixture, { text });
        expect(outcomeOf(response)).toEqual(invalid);
        expect(response.problem?.errors).toEqual([
          { path: [...path, 'twice'].join('.'), message: 'Must not be repeated' },
        ]);
      }
      expect(await operation.state?.(fixture)).toEqual(before);
    },
  );

  it('returns invalid_request for a repeated field with equal values', async () => {
    const account = newAccount();
    const twice = `{"email":"${account.email}","email":"${account.email}","password":"${account.password}"}`;
    const response = await api.post('/auth/register', undefined, { text: twice });
    expect(outcomeOf(response)).toEqual(invalid);
    expect(pathsOf(response)).toEqual(['email']);
    expect((await api.post('/auth/login', account)).status).toBe(401);
  });

  it.each([
    ['-0', 0],
    ['0.0', 0],
    ['1e2', 100],
    ['100.0', 100],
    ['1E+2', 100],
  ])('reads %s as %d', async (json, price) => {
    const text = `{"name":"${uniqueName('number')}","stock":1,"price":${json}}`;
    const made = await fixture.shop.admin.api.post('/product', undefined, { text });
    const { id } = expectResponse(made, 201, productSchema);
    expect((await fixture.shop.read(id)).price).toBe(price);
  });

  it.each(['NaN', 'Infinity', '-Infinity', '0x10', '010', '+1', '1_000', '.5', '1.', '1n'])(
    'returns malformed_json for the number %s',
    async (json) => {
      const text = `{"name":"x","stock":1,"price":${json}}`;
      const response = await fixture.shop.admin.api.post('/product', undefined, { text });
      expect(outcomeOf(response)).toEqual({ status: 400, code: 'malformed_json' });
    },
  );

  it.each(['9007199254740993', '99999999.5', '1e20', '99999999999999999999999999'])(
    'returns invalid_request instead of rounding %s',
    async (json) => {
      const text = `{"name":"x","stock":1,"price":${json}}`;
      const response = await fixture.shop.admin.api.post('/product', undefined, { text });
      expect(outcomeOf(response)).toEqual(invalid);
      expect(pathsOf(response)).toEqual(['price']);
    },
  );
});

describe('an e-mail address that looks like another', () => {
  const local = randomUUID();

  it.each([
    ['é composed', `${local}é@example.com`],
    ['é decomposed', `${local}é@example.com`.normalize('NFD')],
    ['a Cyrillic а', `${local}а@example.com`],
    ['a Kelvin sign, which lower case turns into k', `${local}\u212a@example.com`],
    ['a dotted İ', `${local}İ@example.com`],
    ['fullwidth letters', `${local}ａ@example.com`],
    ['an invisible space', `${local}\u200b@example.com`],
    ['a right-to-left override', `${local}\u202emoc.elpmaxe@example.com`],
    ['a domain in another script', `${local}@exаmple.com`],
    ['NUL', `${local}\u0000@example.com`],
    ['a line break', `${local}@example.com\r\nBcc: a@example.com`],
    ['a quoted part', `"${local}"@example.com`],
    ['two dots', `${local}..x@example.com`],
    ['an address literal', `${local}@[127.0.0.1]`],
    ['several addresses', `${local}@example.com,${local}@example.org`],
  ])('returns invalid_request: %s', async (_, email) => {
    for (const path of ['/auth/register', '/auth/login']) {
      const response = await api.post(path, { email, password: 'long enough' });
      expect(outcomeOf(response)).toEqual(invalid);
      expect(pathsOf(response)).toEqual(['email']);
    }
  });

  it('has one password in every Unicode normalisation form', async () => {
    const account = newAccount({ password: 'crème brûlée' });
    expectResponse(await api.post('/auth/register', account), 201, accountSchema);
    for (const form of ['NFC', 'NFD'] as const) {
      const body = { ...account, password: account.password.normalize(form) };
      expect((await api.post('/auth/login', body)).status).toBe(200);
    }
    expect((await api.post('/auth/login', { ...account, password: 'creme brulee' })).status).toBe(401);
  });
});

describe('text from a customer', () => {
  it('is returned unchanged as JSON with nosniff', async () => {
    for (const username of ['</script><script>alert(1)</script>', '"><img src=x onerror=alert(1)>']) {
      const response = await api.post('/customer/add', { username });
      expect(response.body).toMatchObject({ username });
      expect(response.headers.get('Content-Type')).toMatch(/^application\/json/);
      expect(response.headers.get('X-Content-Type-Options')).toBe('nosniff');
    }
  });
});
