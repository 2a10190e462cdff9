import { gzipSync } from 'node:zlib';
import { beforeAll, describe, expect, inject, it } from 'vitest';
import { type ApiResponse, localClient, outcomeOf } from '../../support/api-driver/client.ts';
import { newAccount } from '../../support/api-driver/request-bodies.ts';

const api = localClient();
const login = (text: string, type = 'application/json') =>
  api.post('/auth/login', undefined, { text, headers: { 'Content-Type': type } });

describe('a route that does not exist', () => {
  it.each([
    ['GET', '/'],
    ['GET', '/nowhere'],
    ['GET', '/product/x/y'],
    ['GET', '/product/'],
    ['GET', '/PRODUCT'],
    ['GET', '/.env'],
    ['GET', '/product/..%2f..%2fetc%2fpasswd/x'],
  ])('is a problem: %s %s', async (method, path) => {
    expect(outcomeOf(await api.send(method, path))).toEqual({ status: 404, code: 'route_not_found' });
  });
});

describe('a method that a path does not have', () => {
  it.each([
    ['GET', '/auth/login', 'POST'],
    ['DELETE', '/auth/login', 'POST'],
    ['PUT', '/product', 'GET, POST'],
    ['PATCH', '/cart/add', 'GET, POST'],
    ['POST', '/order/product/x', 'GET'],
  ])('is a problem that names those it has: %s %s', async (method, path, allow) => {
    const response = await api.send(method, path);
    expect(outcomeOf(response)).toEqual({ status: 405, code: 'method_not_allowed' });
    expect(response.headers.get('Allow')).toBe(allow);
  });
});

describe('GET /health', () => {
  it('answers anyone', async () => {
    const response = await api.get('/health');
    expect(response).toMatchObject({ status: 200, body: { status: 'ok' } });
  });
});

describe('a body', () => {
  it.each([
    ...[
      '{',
      '}',
      '{"email":}',
      "{'email':1}",
      '{"email":1,}',
      'email=a',
      'undefined',
      'NaN',
      '\u0000',
      '{}{}',
    ],
    ...['__proto__', 'constructor', '"', '\ufeff{}'],
  ])('that is not JSON is refused: %j', async (text) => {
    expect(outcomeOf(await login(text))).toEqual({ status: 400, code: 'malformed_json' });
  });

  it('is needed', async () => {
    expect(outcomeOf(await login(''))).toEqual({ status: 400, code: 'malformed_json' });
  });

  it('that is not UTF-8 is refused', async () => {
    const body = Buffer.from('{"username":"Caf\u00e9"}', 'latin1');
    for (const [type, status] of [
      ['application/json', 400],
      ['application/json; charset=utf-8', 400],
      ['application/vnd.sellout+json', 400],
      ['application/json; charset=iso-8859-1', 415],
    ] as const) {
      const headers = { 'Content-Type': type };
      const response = await fetch(`${inject('localUrl')}/customer/add`, { method: 'POST', headers, body });
      expect({ type, status: response.status }).toEqual({ type, status });
    }
  });

  it('that is compressed is refused', async () => {
    const headers = { 'Content-Type': 'application/json', 'Content-Encoding': 'gzip' };
    const body = gzipSync('{"username":"Rina"}');
    const response = await fetch(`${inject('localUrl')}/customer/add`, { method: 'POST', headers, body });
    expect(response.status).toBe(415);
  });

  it.each([
    ...['text/plain', 'application/x-www-form-urlencoded', 'text/json', 'application/jsonx', '*/*'],
    ...['application/json; charset=iso-8859-1', 'application/json;charset="utf-16"'],
  ])('of the type %s is refused', async (type) => {
    const account = newAccount();
    const headers = { 'Content-Type': type };
    const response = await api.post('/auth/register', account, { headers });
    expect(outcomeOf(response)).toEqual({ status: 415, code: 'unsupported_media_type' });
    expect((await api.post('/auth/login', account)).status).toBe(401);
  });

  it.each([
    ...['application/json; charset=utf-8', 'application/json ;charset="UTF-8"'],
    ...['APPLICATION/JSON', 'application/merge-patch+json'],
  ])('of the type %s is read', async (type) => {
    const response = await api.post('/auth/login', newAccount(), { headers: { 'Content-Type': type } });
    expect(outcomeOf(response).code).toBe('invalid_credentials');
  });

  it('over 64 KB is refused, and one of 64 KB is read', async () => {
    const body = (bytes: number) => `{"email":"${'x'.repeat(bytes - 12)}"}`;
    expect(outcomeOf(await login(body(65_536))).status).toBe(422);
    expect(outcomeOf(await login(body(65_537)))).toEqual({ status: 413, code: 'body_too_large' });
    const wide = `{"email":"${'€'.repeat(30_000)}"}`;
    expect(outcomeOf(await login(wide))).toEqual({ status: 413, code: 'body_too_large' });
    expect(outcomeOf(await login(body(9_000_000)))).toEqual({ status: 413, code: 'body_too_large' });
  });

  it('over 64 KB is refused where none is needed', async () => {
    const response = await api.send('DELETE', '/nowhere', undefined, { text: `"${'x'.repeat(70_000)}"` });
    expect(outcomeOf(response).status).toBe(413);
  });

  it('over 10 MB gets no further than the gateway', async () => {
    // serverless-offline answers here, and API Gateway on AWS: neither asks the service.
    const { status } = await fetch(`${inject('localUrl')}/auth/login`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: 'x'.repeat(11_000_000),
    });
    expect(status).toBe(413);
  });
});

describe('every reply', () => {
  let success: ApiResponse;
  let failure: ApiResponse;
  beforeAll(async () => {
    success = await api.get('/product?limit=1');
    failure = await api.get('/nowhere');
  });

  it('has an id of its own, which a problem repeats', async () => {
    const ids = [success, failure, await api.get('/health')].map(({ headers }) =>
      headers.get('X-Request-Id'),
    );
    expect(new Set(ids).size).toBe(3);
    expect(failure.problem?.request_id).toBe(failure.headers.get('X-Request-Id'));
  });

  it('says what it is', () => {
    expect(success.headers.get('Content-Type')).toMatch(/^application\/json/);
    expect(failure.headers.get('Content-Type')).toBe('application/problem+json');
  });

  it('tells caches nothing they may keep of what is private', async () => {
    const response = await api.post('/customer/add', { username: 'private' });
    expect(response.headers.get('Cache-Control')).toBe('no-store');
  });
});
