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

const objects = withBody.flatMap(({ route, request }) =>
  objectsOf(request.body).map(({ path }) => ({ route, path, at: path.join('.') })),
);

describe('a key that could reach a prototype', () => {
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
});
