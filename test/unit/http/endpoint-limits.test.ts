import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import { describe, expect, it, vi } from 'vitest';
import * as z from 'zod/mini';
import { DomainError } from '../../../lib/errors.ts';
import { contract } from '../../../lib/http/contract.ts';
import { idempotencyKey } from '../../../lib/http/idempotency-key.ts';
import type { RateLimitName, RateLimits } from '../../../lib/rate-limit/rate-limits.ts';
import { contextOf, eventOf } from '../../support/builders-domain.ts';
import { environment } from '../../support/environment.ts';

// The configuration is read when the module is loaded; the logger writes to `console` only in this mode.
Object.assign(process.env, {
  ...environment,
  AWS_REGION: 'eu-central-1',
  POWERTOOLS_DEV: 'true',
});
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

const failing = (error: unknown) => () => {
  throw error;
};

it('cannot be made for a contract with limits and nothing to count them', () => {
  const limited = contract({ ...echo, rateLimits: ['guests-per-address'] });
  expect(() => publicEndpoint(limited, ({ body }) => ({ body }))).toThrow('echo has rate limits');
});

describe('an endpoint whose limits count failures', () => {
  const limited = contract({
    ...echo,
    rateLimits: ['auth-per-address-and-email', 'auth-per-email'],
    request: { body: z.strictObject({ email: z.string() }) },
  });

  /** How each count was settled after one request with this outcome; `exceeded` is refused by its limit. */
  async function settledAfter(useCase: () => { name: string }, exceeded?: RateLimitName) {
    const settled: [RateLimitName, 'failed' | 'given back'][] = [];
    const rateLimits: RateLimits = {
      async count(name) {
        const limit = { name, requests: 9, windowSeconds: 9, exceeded: name === exceeded };
        const usage = { ...limit, remaining: 0, resetSeconds: 7 };
        const settle = async (failed: boolean) => {
          settled.push([name, failed ? 'failed' : 'given back']);
          return { ...usage, remaining: failed ? 0 : 1 };
        };
        return { usage, settle };
      },
    };
    vi.spyOn(console, 'error').mockImplementation(() => {});
    vi.spyOn(console, 'warn').mockImplementation(() => {});
    const handler = publicEndpoint(limited, () => ({ body: useCase() }), { rateLimits });
    const reply = await handler(bodyOf('{"email":"a@example.com"}'), contextOf());
    vi.restoreAllMocks();
    return { settled: Object.fromEntries(settled), headers: reply.headers };
  }

  it.each([
    ['a success', 'given back', () => ({ name: 'x' })],
    ['a defect', 'given back', failing(new TypeError('x'))],
    ['an outage', 'given back', failing(Object.assign(new Error('x'), { name: 'TimeoutError' }))],
    ['a refusal', 'failed', failing(new DomainError('invalid_credentials'))],
  ])('settles %s as %s by each of them', async (_, how, useCase) => {
    const { settled } = await settledAfter(useCase);
    expect(settled).toEqual({ 'auth-per-address-and-email': how, 'auth-per-email': how });
  });

  it('gives back what the earlier ones counted where a later one refuses, and tells so', async () => {
    const { settled, headers } = await settledAfter(() => ({ name: 'x' }), 'auth-per-email');
    expect(settled).toEqual({ 'auth-per-address-and-email': 'given back' });
    expect(headers).toMatchObject({
      'Retry-After': '7',
      RateLimit: '"auth-per-address-and-email";r=1;t=7, "auth-per-email";r=0;t=7',
    });
  });
});
