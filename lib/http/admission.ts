import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import * as z from 'zod/mini';
import type { Caller } from '../accounts/access-token.ts';
import { DomainError } from '../errors.ts';
import type { RateLimitName, RateLimits, Usage } from '../rate-limit/rate-limits.ts';
import { clientAddressOf } from './client-address.ts';

/** What a request has used of its limits; `replies` tells it in headers. */
export interface Limited {
  usages?: readonly Usage[];
}

export interface Counted {
  readonly event: APIGatewayProxyEventV2 & Limited;
  /** The validated request. */
  readonly parsed: unknown;
  readonly caller: Caller | undefined;
}

const withEmail = z.object({ body: z.object({ email: z.string() }) });

/** Whose requests a limit counts, and whether those that succeed count: a login that is right is no guess. */
const rules = {
  'auth-per-address': { subject: ({ event }) => clientAddressOf(event) },
  'auth-per-email': { subject: ({ parsed }) => withEmail.parse(parsed).body.email, refunded: true },
  'guests-per-address': { subject: ({ event }) => clientAddressOf(event) },
  'orders-per-account': {
    subject: ({ caller }) => {
      if (caller === undefined) throw new DomainError('unauthenticated');
      return caller.id;
    },
  },
} satisfies Record<
  RateLimitName,
  { subject: (request: Counted) => string | Promise<string>; refunded?: true }
>;

/**
 * Counts a request by each limit in turn.
 *
 * @throws {DomainError} `rate_limited` by the first that is exceeded; the later ones do not count it
 */
export async function admit(
  rateLimits: RateLimits,
  names: readonly RateLimitName[],
  request: Counted,
): Promise<void> {
  for (const name of names) {
    const usage = await rateLimits.count(name, await rules[name].subject(request));
    tell(request.event, usage);
    if (usage.exceeded) throw new DomainError('rate_limited', { retryAfterSeconds: usage.resetSeconds });
  }
}

/** Takes back what a request that succeeded does not use up. */
export async function refund(
  rateLimits: RateLimits,
  names: readonly RateLimitName[],
  request: Counted,
): Promise<void> {
  for (const name of names) {
    const rule = rules[name];
    if ('refunded' in rule) tell(request.event, await rateLimits.refund(name, await rule.subject(request)));
  }
}

function tell(event: Limited, usage: Usage): void {
  event.usages = [...(event.usages ?? []).filter(({ name }) => name !== usage.name), usage];
}

/** @see https://datatracker.ietf.org/doc/draft-ietf-httpapi-ratelimit-headers/ (revision 10) */
export function rateLimitHeaders({ usages = [] }: Limited): Record<string, string> {
  if (usages.length === 0) return {};
  const list = (item: (usage: Usage) => string) => usages.map(item).join(', ');
  return {
    'RateLimit-Policy': list(
      ({ name, requests, windowSeconds }) => `"${name}";q=${requests};w=${windowSeconds}`,
    ),
    RateLimit: list(({ name, remaining, resetSeconds }) => `"${name}";r=${remaining};t=${resetSeconds}`),
  };
}
