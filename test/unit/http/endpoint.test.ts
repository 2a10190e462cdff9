import { ThrottlingException } from '@aws-sdk/client-dynamodb';
import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import * as z from 'zod/mini';
import { DomainError } from '../../../lib/errors.ts';
import { contract } from '../../../lib/http/contract.ts';
import { idempotencyKey } from '../../../lib/http/idempotency-key.ts';
import { contextOf, eventOf } from '../../support/fixtures/domain-builders.ts';
import { environment } from '../../support/services/environment.ts';

// The configuration is read when its module is loaded. In this mode the logger writes to `console`.
Object.assign(process.env, {
  ...environment,
  AWS_REGION: 'eu-central-1',
  POWERTOOLS_DEV: 'true',
});
const { endpoint } = await import('../../../lib/http/endpoint.ts');
const { publicEndpoint } = await import('../../../lib/http/public-endpoint.ts');

const echo = contract({
  operation: 'echo',
  summary: 'Returns its input',
  routes: ['POST /thing'],
  access: 'anyone',
  request: {
    headers: z.object({ 'idempotency-key': z.optional(idempotencyKey) }),
    body: z.strictObject({ name: z.string() }),
  },
  response: { status: 201, body: z.object({ name: z.string() }) },
  errors: [],
});

const bodyOf = (text: string, overrides: Partial<APIGatewayProxyEventV2> = {}) => eventOf({ body: text, ...overrides });

async function call(event: APIGatewayProxyEventV2, useCase: (name: string) => { name: string } = (name) => ({ name })) {
  const handler = publicEndpoint(echo, ({ body }) => ({ body: useCase(body.name) }));
  const response = await handler(event, contextOf());
  return { ...response, problem: JSON.parse(response.body ?? '{}') };
}

const failing = (error: unknown) => () => {
  throw error;
};

describe('publicEndpoint', () => {
  it('throws for a contract with rate limits without the rateLimits option', () => {
    const limited = contract({ ...echo, rateLimits: ['guests-per-address'] });
    expect(() => publicEndpoint(limited, ({ body }) => ({ body }))).toThrow('echo has rate limits');
  });

  const logged: string[] = [];
  beforeEach(() => {
    for (const level of ['error', 'warn', 'info', 'debug', 'log'] as const) {
      vi.spyOn(console, level).mockImplementation((line: unknown) => {
        logged.push(String(line));
      });
    }
  });
  afterEach(() => {
    vi.restoreAllMocks();
    logged.length = 0;
  });

  it('responds with the status and schema of the contract, and the request id', async () => {
    const response = await call(bodyOf('{"name":"Ada"}'), (name) => ({ name, password_hash: 'secret' }));
    expect(response).toMatchObject({ statusCode: 201, body: '{"name":"Ada"}' });
    expect(response.headers).toMatchObject({
      'Content-Type': 'application/json',
      'X-Request-Id': 'request-1',
      'Cache-Control': 'no-store',
      'X-Content-Type-Options': 'nosniff',
    });
    expect(logged).toEqual([]);
  });

  it('responds to a bug with a bare 500 and logs it once, with its cause and the request id', async () => {
    const bug = new TypeError('cannot read secret-table', { cause: new Error('the root') });
    const response = await call(bodyOf('{"name":"Ada Lovelace"}'), failing(bug));
    expect(response.statusCode).toBe(500);
    expect(response.problem).toEqual({
      type: 'urn:problem-type:sellout:internal',
      title: 'Internal server error',
      status: 500,
      code: 'internal',
      request_id: 'request-1',
    });
    expect(logged).toHaveLength(1);
    expect(logged[0]).toContain('secret-table');
    expect(logged[0]).toContain('the root');
    expect(logged[0]).toContain('request-1');
    expect(logged[0]).not.toContain('Lovelace');
  });

  it.each([[null], [undefined], ['text'], [{ statusCode: 200, body: 'leak', expose: true }]])(
    'responds with a bare 500 when %j is thrown',
    async (thrown) => {
      const response = await call(bodyOf('{"name":"Ada"}'), failing(thrown));
      expect(response.problem).toMatchObject({ status: 500, code: 'internal' });
      expect(response.body).not.toContain('leak');
      expect(logged).toHaveLength(1);
    },
  );

  it('responds with 503 and Retry-After when the database is unavailable', async () => {
    const response = await call(
      bodyOf('{"name":"Ada"}'),
      failing(new ThrottlingException({ $metadata: {}, message: 'internal-name' })),
    );
    expect(response).toMatchObject({ statusCode: 503, headers: { 'Retry-After': '1' } });
    expect(response.body).not.toContain('internal-name');
    expect(logged).toHaveLength(1);
  });

  it('does not log a DomainError', async () => {
    const response = await call(bodyOf('{"name":"Ada"}'), failing(new DomainError('email_taken')));
    expect(response).toMatchObject({ statusCode: 409, problem: { code: 'email_taken' } });
    expect(logged).toEqual([]);
  });

  it.each([
    ['no body', eventOf(), 400, 'malformed_json'],
    ['an empty body', bodyOf(''), 400, 'malformed_json'],
    ['no body and no media type', eventOf({ headers: {} }), 415, 'unsupported_media_type'],
    ['half a body', bodyOf('{"name":'), 400, 'malformed_json'],
    ['a body that is a number', bodyOf('7'), 422, 'invalid_request'],
    ['a body that is null', bodyOf('null'), 422, 'invalid_request'],
    ['an unknown field', bodyOf('{"name":"Ada","role":"ADMIN"}'), 422, 'invalid_request'],
    ['a prototype', bodyOf('{"name":"Ada","__proto__":{"admin":true}}'), 422, 'invalid_request'],
    ['a repeated key', bodyOf('{"name":"Ada","name":"Ada"}'), 422, 'invalid_request'],
    ['an unknown parameter', bodyOf('{"name":"Ada"}', { rawQueryString: 'x=1' }), 422, 'invalid_request'],
    [
      'a form',
      bodyOf('name=Ada', { headers: { 'content-type': 'application/x-www-form-urlencoded' } }),
      415,
      'unsupported_media_type',
    ],
    ['no media type', bodyOf('{"name":"Ada"}', { headers: {} }), 415, 'unsupported_media_type'],
    ['65 KB', bodyOf(JSON.stringify({ name: 'x'.repeat(65 * 1024) })), 413, 'body_too_large'],
    ['65 KB in few characters', bodyOf(JSON.stringify({ name: '€'.repeat(22 * 1024) })), 413, 'body_too_large'],
    [
      '65 KB in base64',
      bodyOf(Buffer.alloc(66 * 1024).toString('base64'), { isBase64Encoded: true }),
      413,
      'body_too_large',
    ],
    [
      '65 KB of a form',
      bodyOf('x'.repeat(65 * 1024), { headers: { 'content-type': 'text/plain' } }),
      413,
      'body_too_large',
    ],
  ])('rejects %s', async (_, event, status, code) => {
    const response = await call(event);
    expect(response.problem).toMatchObject({ status, code, request_id: 'request-1' });
    expect(response.headers).toMatchObject({
      'Content-Type': 'application/problem+json',
      'X-Request-Id': 'request-1',
    });
    expect(logged).toEqual([]);
  });

  it.each([
    ['with a charset', 'application/json; charset=utf-8'],
    ['with a vendor media type', 'application/vnd.sellout+json'],
  ])('accepts JSON %s', async (_, type) => {
    expect(await call(bodyOf('{"name":"Ada"}', { headers: { 'content-type': type } }))).toMatchObject({
      statusCode: 201,
    });
  });

  it('accepts exactly 64 KB', async () => {
    const text = JSON.stringify({ name: 'x'.repeat(64 * 1024 - '{"name":""}'.length) });
    expect(await call(bodyOf(text))).toMatchObject({ statusCode: 201 });
  });

  it('accepts a body in base64', async () => {
    const text = Buffer.from('{"name":"Ada"}').toString('base64');
    expect(await call(bodyOf(text, { isBase64Encoded: true }))).toMatchObject({ body: '{"name":"Ada"}' });
  });

  it('copies no line break of a request header into a response', async () => {
    const headers = { 'content-type': 'application/json', 'idempotency-key': 'a\r\nSet-Cookie: x=1' };
    const response = await call(bodyOf('{"name":"Ada"}', { headers }));
    expect(response.problem).toMatchObject({ status: 422, errors: [{ path: 'idempotency-key' }] });
    for (const value of Object.values(response.headers ?? {})) expect(String(value)).not.toMatch(/[\r\n]/);
  });

  it('checks the token before the body', async () => {
    const handler = endpoint(contract({ ...echo, access: 'account' }), ({ body }) => ({ body }));
    const response = await handler(bodyOf('{'), contextOf());
    expect(response).toMatchObject({ statusCode: 401, headers: { 'WWW-Authenticate': 'Bearer' } });
  });

  it('responds with 500 when the result does not match the contract', async () => {
    const handler = publicEndpoint(
      contract({ ...echo, response: { status: 200, body: z.object({ name: z.uuid() }) } }),
      ({ body }) => ({ body }),
    );
    expect(await handler(bodyOf('{"name":"Ada"}'), contextOf())).toMatchObject({ statusCode: 500 });
  });
});
