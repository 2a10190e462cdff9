import { ThrottlingException } from '@aws-sdk/client-dynamodb';
import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import * as z from 'zod/mini';
import { DomainError } from '../../../lib/errors.ts';
import { contract } from '../../../lib/http/contract.ts';
import { idempotencyKey } from '../../../lib/http/idempotency-key.ts';
import { contextOf, eventOf } from '../../support/builders-domain.ts';
import { environment } from '../../support/environment.ts';

// The configuration is read when the module is loaded; the logger writes to `console` only in this mode.
Object.assign(process.env, {
  ...environment,
  AWS_REGION: 'eu-central-1',
  POWERTOOLS_DEV: 'true',
});
const { endpoint } = await import('../../../lib/http/endpoint.ts');
const { publicEndpoint } = await import('../../../lib/http/public-endpoint.ts');

const echo = contract({
  operation: 'echo',
  summary: 'Gives back what it takes',
  routes: ['POST /thing'],
  access: 'anyone',
  request: {
    headers: z.object({ 'idempotency-key': z.optional(idempotencyKey) }),
    body: z.strictObject({ name: z.string() }),
  },
  response: { status: 201, body: z.object({ name: z.string() }) },
  errors: [],
});

const bodyOf = (text: string, overrides: Partial<APIGatewayProxyEventV2> = {}) =>
  eventOf({ body: text, ...overrides });

async function call(
  event: APIGatewayProxyEventV2,
  useCase: (name: string) => { name: string } = (name) => ({ name }),
) {
  const handler = publicEndpoint(echo, ({ body }) => ({ body: useCase(body.name) }));
  const reply = await handler(event, contextOf());
  return { ...reply, problem: JSON.parse(reply.body ?? '{}') };
}

const failing = (error: unknown) => () => {
  throw error;
};

it('cannot be made for a contract with limits and nothing to count them', () => {
  const limited = contract({ ...echo, rateLimits: ['guests-per-address'] });
  expect(() => publicEndpoint(limited, ({ body }) => ({ body }))).toThrow('echo has rate limits');
});

describe('an endpoint', () => {
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

  it('answers with the contract’s status and shape, and with the request’s id', async () => {
    const reply = await call(bodyOf('{"name":"Ada"}'), (name) => ({ name, password_hash: 'secret' }));
    expect(reply).toMatchObject({ statusCode: 201, body: '{"name":"Ada"}' });
    expect(reply.headers).toMatchObject({
      'Content-Type': 'application/json',
      'X-Request-Id': 'request-1',
      'Cache-Control': 'no-store',
      'X-Content-Type-Options': 'nosniff',
    });
    expect(logged).toEqual([]);
  });

  it('shows nothing of a defect and logs it once, with its cause and the request’s id', async () => {
    const defect = new TypeError('cannot read secret-table', { cause: new Error('the root') });
    const reply = await call(bodyOf('{"name":"Ada Lovelace"}'), failing(defect));
    expect(reply.statusCode).toBe(500);
    expect(reply.problem).toEqual({
      type: 'urn:problem-type:sellout:internal',
      title: 'Something went wrong on our side',
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
    'turns even %j, thrown, into a bare 500',
    async (thrown) => {
      const reply = await call(bodyOf('{"name":"Ada"}'), failing(thrown));
      expect(reply.problem).toMatchObject({ status: 500, code: 'internal' });
      expect(reply.body).not.toContain('leak');
      expect(logged).toHaveLength(1);
    },
  );

  it('says 503 and when to try again when the database is out of reach', async () => {
    const reply = await call(
      bodyOf('{"name":"Ada"}'),
      failing(new ThrottlingException({ $metadata: {}, message: 'internal-name' })),
    );
    expect(reply).toMatchObject({ statusCode: 503, headers: { 'Retry-After': '1' } });
    expect(reply.body).not.toContain('internal-name');
    expect(logged).toHaveLength(1);
  });

  it('does not log an expected refusal', async () => {
    const reply = await call(bodyOf('{"name":"Ada"}'), failing(new DomainError('email_taken')));
    expect(reply).toMatchObject({ statusCode: 409, problem: { code: 'email_taken' } });
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
    ['a key that stands twice', bodyOf('{"name":"Ada","name":"Ada"}'), 422, 'invalid_request'],
    ['an unknown parameter', bodyOf('{"name":"Ada"}', { rawQueryString: 'x=1' }), 422, 'invalid_request'],
    [
      'a form',
      bodyOf('name=Ada', { headers: { 'content-type': 'application/x-www-form-urlencoded' } }),
      415,
      'unsupported_media_type',
    ],
    ['no media type', bodyOf('{"name":"Ada"}', { headers: {} }), 415, 'unsupported_media_type'],
    ['65 KB', bodyOf(JSON.stringify({ name: 'x'.repeat(65 * 1024) })), 413, 'body_too_large'],
    [
      '65 KB in few characters',
      bodyOf(JSON.stringify({ name: '€'.repeat(22 * 1024) })),
      413,
      'body_too_large',
    ],
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
  ])('refuses %s', async (_, event, status, code) => {
    const reply = await call(event);
    expect(reply.problem).toMatchObject({ status, code, request_id: 'request-1' });
    expect(reply.headers).toMatchObject({
      'Content-Type': 'application/problem+json',
      'X-Request-Id': 'request-1',
    });
    expect(logged).toEqual([]);
  });

  it.each([
    ['with a charset', 'application/json; charset=utf-8'],
    ['of a vendor', 'application/vnd.sellout+json'],
  ])('takes JSON %s', async (_, type) => {
    expect(await call(bodyOf('{"name":"Ada"}', { headers: { 'content-type': type } }))).toMatchObject({
      statusCode: 201,
    });
  });

  it('takes 64 KB exactly', async () => {
    const text = JSON.stringify({ name: 'x'.repeat(64 * 1024 - '{"name":""}'.length) });
    expect(await call(bodyOf(text))).toMatchObject({ statusCode: 201 });
  });

  it('takes a body in base64', async () => {
    const text = Buffer.from('{"name":"Ada"}').toString('base64');
    expect(await call(bodyOf(text, { isBase64Encoded: true }))).toMatchObject({ body: '{"name":"Ada"}' });
  });

  it('lets no line break of a header field into a reply', async () => {
    const headers = { 'content-type': 'application/json', 'idempotency-key': 'a\r\nSet-Cookie: x=1' };
    const reply = await call(bodyOf('{"name":"Ada"}', { headers }));
    expect(reply.problem).toMatchObject({ status: 422, errors: [{ path: 'idempotency-key' }] });
    for (const value of Object.values(reply.headers ?? {})) expect(String(value)).not.toMatch(/[\r\n]/);
  });

  it('asks for a token before it looks at the body', async () => {
    const handler = endpoint(contract({ ...echo, access: 'account' }), ({ body }) => ({ body }));
    const reply = await handler(bodyOf('{'), contextOf());
    expect(reply).toMatchObject({ statusCode: 401, headers: { 'WWW-Authenticate': 'Bearer' } });
  });

  it('gives a reply that breaks its contract as a defect', async () => {
    const handler = publicEndpoint(
      contract({ ...echo, response: { status: 200, body: z.object({ name: z.uuid() }) } }),
      ({ body }) => ({ body }),
    );
    expect(await handler(bodyOf('{"name":"Ada"}'), contextOf())).toMatchObject({ statusCode: 500 });
  });
});
