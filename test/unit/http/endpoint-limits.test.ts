import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import { describe, expect, it, vi } from 'vitest';
import * as z from 'zod/mini';
import { DomainError } from '../../../lib/errors.ts';
import { contract } from '../../../lib/http/contract.ts';
import { idempotencyKey } from '../../../lib/http/idempotency-key.ts';
import type { RateLimitName, RateLimits } from '../../../lib/rate-limit/rate-limits.ts';
import { contextOf, eventOf } from '../../support/fixtures/domain-builders.ts';
import { environment } from '../../support/services/environment.ts';

// The configuration is read when its module is loaded. In this mode the logger writes to `console`.
Object.assign(process.env, {
  ...environment,
  AWS_REGION: 'eu-central-1',
  POWERTOOLS_DEV: 'true',
});
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

const failing = (error: unknown) => () => {
  throw error;
};

describe('httpHandler with limits that count failures', () => {
  const limited = contract({
    ...echo,
    rateLimits: ['auth-per-address-and-email', 'auth-per-email'],
    request: { body: z.strictObject({ email: z.string() }) },
  });

  /** Returns how each count was finished after one request; the limit `exceeded` rejects it. */
  async function finishedAfter(useCase: () => { name: string }, exceeded?: RateLimitName) {
    const finished: [RateLimitName, 'failed' | 'uncounted'][] = [];
    const rateLimits: RateLimits = {
      async count(name) {
        const limit = { name, requests: 9, windowSeconds: 9, exceeded: name === exceeded };
        const usage = { ...limit, remaining: 0, resetSeconds: 7 };
        const finish = async (failed: boolean) => {
          finished.push([name, failed ? 'failed' : 'uncounted']);
          return { ...usage, remaining: failed ? 0 : 1 };
        };
        return { usage, finish };
      },
    };
    vi.spyOn(console, 'error').mockImplementation(() => {});
    vi.spyOn(console, 'warn').mockImplementation(() => {});
    const handler = publicEndpoint(limited, () => ({ body: useCase() }), { rateLimits });
    const { headers } = await handler(bodyOf('{"email":"a@example.com"}'), contextOf());
    vi.restoreAllMocks();
    return { finished: Object.fromEntries(finished), headers };
  }

  it.each([
    ['a success', 'uncounted', () => ({ name: 'x' })],
    ['a bug', 'uncounted', failing(new TypeError('x'))],
    ['an unavailable service', 'uncounted', failing(Object.assign(new Error('x'), { name: 'TimeoutError' }))],
    ['a DomainError', 'failed', failing(new DomainError('invalid_credentials'))],
  ])('finishes each count of %s as %s', async (_, how, useCase) => {
    const { finished } = await finishedAfter(useCase);
    expect(finished).toEqual({ 'auth-per-address-and-email': how, 'auth-per-email': how });
  });

  it('uncounts the earlier limits when a later one is exceeded, and sends all in the RateLimit header', async () => {
    const { finished, headers } = await finishedAfter(() => ({ name: 'x' }), 'auth-per-email');
    expect(finished).toEqual({ 'auth-per-address-and-email': 'uncounted' });
    expect(headers).toMatchObject({
      'Retry-After': '7',
      RateLimit: '"auth-per-address-and-email";r=1;t=7, "auth-per-email";r=0;t=7',
    });
  });
});
