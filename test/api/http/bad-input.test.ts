import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type * as z from 'zod/mini';
import { createLocalShop } from '../../support/api-driver/api-driver.ts';
import { badBodyValues, badTextValues, missing } from '../../support/api-driver/bad-values.ts';
import { type ApiResponse, outcomeOf, pathsOf } from '../../support/api-driver/client.ts';
import {
  bodyWith,
  clientFor,
  createOperationFixture,
  type Operation,
  type OperationFixture,
  operationOf,
  operations,
  send,
} from '../../support/api-driver/operation-requests.ts';
import { newAccount } from '../../support/api-driver/request-bodies.ts';
import { byRoute, leavesOf } from '../../support/openapi/contracts.ts';

let fixture: OperationFixture;
beforeAll(async () => {
  const shop = await createLocalShop();
  fixture = await createOperationFixture(shop, await shop.guest());
});

interface Bad {
  part: 'body' | 'params' | 'query' | 'headers';
  path: string;
  value: string;
}

function badRequests({ bodyFields = {}, params = {}, query = {}, headers = {} }: Operation): Bad[] {
  const texts = { params, query, headers };
  return [
    ...Object.entries(bodyFields).flatMap(([path, kind]) =>
      badBodyValues[kind].map((value) => ({ part: 'body', path, value }) as const),
    ),
    ...(['params', 'query', 'headers'] as const).flatMap((part) =>
      Object.entries(texts[part]).flatMap(([path, kind]) =>
        badTextValues[kind].map((value) => ({ part, path, value }) as const),
      ),
    ),
  ];
}

/** Sends the valid request of the operation with one invalid field. */
function sendBad(route: string, { part, path, value }: Bad): Promise<ApiResponse> {
  const changes =
    part === 'body'
      ? { text: bodyWith(route, fixture, path.split('.'), value === missing ? undefined : value) }
      : { [part]: { [path]: value } };
  return sendAsMay(route, changes);
}

const sendAsMay = (route: string, changes: Parameters<typeof send>[3]): Promise<ApiResponse> =>
  send(clientFor(operationOf(route), fixture), route, fixture, changes);

const named = (bad: Bad) => ({
  ...bad,
  shown: bad.value.length > 60 ? `${bad.value.length} characters` : bad.value,
});

/** Checks after all tests of a `describe` that they changed nothing. */
function expectNothingWritten({ state }: Operation) {
  let before: unknown;
  beforeAll(async () => {
    before = await state?.(fixture);
  });
  afterAll(async () => {
    expect(await state?.(fixture), 'what is stored').toEqual(before);
  });
}

const entries = Object.entries(operations);

describe.each(entries.filter(([, operation]) => badRequests(operation).length > 0))('%s', (route, operation) => {
  expectNothingWritten(operation);

  it.each(badRequests(operation).map(named))('returns invalid_request for $path $shown in the $part', async (bad) => {
    const response = await sendBad(route, bad);
    expect(outcomeOf(response)).toEqual({ status: 422, code: 'invalid_request' });
    expect(pathsOf(response)).toEqual([bad.path]);
  });
});

describe.each(entries.filter(([, { body }]) => body !== undefined))('the body of %s', (route, operation) => {
  expectNothingWritten(operation);

  it.each(['[]', '[{}]', 'null', '1', '0', 'true', 'false', '"text"'])(
    'returns invalid_request for the body %s',
    async (text) => {
      const response = await sendAsMay(route, { text });
      expect(outcomeOf(response)).toEqual({ status: 422, code: 'invalid_request' });
      expect(pathsOf(response)).toEqual(['body']);
    },
  );

  it('returns body_too_large for 100,000 characters in any field', async () => {
    for (const path of Object.keys(operation.bodyFields ?? {})) {
      const value = JSON.stringify('x'.repeat(100_000));
      const response = await sendBad(route, { part: 'body', path, value });
      expect(outcomeOf(response)).toEqual({ status: 413, code: 'body_too_large' });
    }
  });
});

describe.each(entries)('the query string of %s', (route, operation) => {
  expectNothingWritten(operation);

  const errorFor = async (query: string) => {
    const response = await sendAsMay(route, { query });
    return { ...outcomeOf(response), errors: response.problem?.errors };
  };

  it('rejects unknown parameters', async () => {
    for (const name of ['surplus', 'Limit', 'customer_id[]', '__proto__'])
      expect(await errorFor(`${encodeURIComponent(name)}=1`)).toEqual({
        status: 422,
        code: 'invalid_request',
        errors: [{ path: name, message: 'Unknown parameter' }],
      });
  });

  it('rejects a parameter given twice', async () => {
    const known = Object.keys(operation.query ?? {});
    for (const name of [...known, 'surplus'])
      expect(await errorFor(`${name}=10&${name}=10`)).toEqual({
        status: 422,
        code: 'invalid_request',
        errors: [{ path: name, message: known.includes(name) ? 'Must not be repeated' : 'Unknown parameter' }],
      });
  });
});

describe('valid text', () => {
  const texts = [
    '🎉',
    '👩‍👩‍👧‍👦',
    'مرحبا',
    'é',
    '<script>',
    "'; DROP TABLE",
    '#/%',
    'null',
    'a\u200bb',
    'שלום\u200f',
    '👍🏽❤\ufe0f',
    '$&',
    '{}',
  ];

  it.each(texts)('is stored unchanged: %j', async (text) => {
    const { shop } = fixture;
    const name = `${text}${randomUUID()}`;
    const { id } = await shop.product({ name });
    expect((await shop.read(id)).name).toBe(name);
    await shop.change(id, { name: `${name}2` });
    expect((await shop.read(id)).name).toBe(`${name}2`);
    const guest = await shop.anyone.post('/customer/add', { username: name });
    expect(guest.body).toMatchObject({ username: name });
    const password = `${text} password`;
    const email = newAccount().email;
    expect((await shop.anyone.post('/auth/register', { email, password })).status).toBe(201);
    expect((await shop.anyone.post('/auth/login', { email, password })).status).toBe(200);
  });

  it('is measured in code points: accepts the maximum length', async () => {
    const { shop } = fixture;
    const name = '🎉'.repeat(200);
    expect((await shop.product({ name })).name).toBe(name);
    const username = '🎉'.repeat(100);
    expect((await shop.anyone.post('/customer/add', { username })).body).toMatchObject({ username });
    for (const password of ['🎉'.repeat(8), '🎉'.repeat(128)]) {
      const account = newAccount({ password });
      expect((await shop.anyone.post('/auth/register', account)).status).toBe(201);
      expect((await shop.anyone.post('/auth/login', account)).status).toBe(200);
    }
  });

  it('is trimmed', async () => {
    expect((await fixture.shop.product({ name: ' \u3000two words\u00a0 ' })).name).toBe('two words');
  });

  it('may contain any character in a password', async () => {
    const account = newAccount({ password: '\u0000\r\n\u202e\u3164\ufeff \u2028' });
    expect((await fixture.shop.anyone.post('/auth/register', account)).status).toBe(201);
    expect((await fixture.shop.anyone.post('/auth/login', account)).status).toBe(200);
  });
});

describe('the table of operations', () => {
  it('contains every route and field of the contracts', () => {
    // Compare top-level fields only.
    const outermost = (paths: readonly string[]) => [...new Set(paths.map((path) => path.split('.')[0]))].sort();
    const keysOf = (fields = {}) => outermost(Object.keys(fields));
    const leaves = (schema?: z.core.$ZodType) => outermost(leavesOf(schema).map(({ path }) => path));
    const expected = byRoute.map(({ route, request: { body, params, query, headers } }) => [
      route,
      { body: leaves(body), params: leaves(params), query: leaves(query), headers: leaves(headers) },
    ]);
    const written = entries.map(([route, { bodyFields, params, query, headers }]) => [
      route,
      { body: keysOf(bodyFields), params: keysOf(params), query: keysOf(query), headers: keysOf(headers) },
    ]);
    expect(Object.fromEntries(written)).toEqual(Object.fromEntries(expected));
  });
});
