import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import * as z from 'zod/mini';
import type { Caller } from '../accounts/access-token.ts';
import { DomainError } from '../errors.ts';
import type { Count, RateLimitName, RateLimits, Usage } from '../rate-limit/rate-limits.ts';
import { clientAddressOf } from './client-address.ts';

/** What a request has used of its limits; `replies` tells it in headers. */
export interface Limited {
  usages?: ReadonlyMap<RateLimitName, Usage>;
}

export interface Counted {
  readonly event: APIGatewayProxyEventV2 & Limited;
  /** The validated request. */
  readonly parsed: unknown;
  readonly caller: Caller | undefined;
}

const withEmail = z.object({ body: z.object({ email: z.string() }) });

const emailOf = ({ parsed }: Counted): string => withEmail.parse(parsed).body.email;
const addressOf = ({ event }: Counted): Promise<string> => clientAddressOf(event);

/** Whose requests a limit counts. */
const subjects: Record<RateLimitName, (request: Counted) => string | Promise<string>> = {
  'auth-per-address': addressOf,
  'auth-per-address-and-email': async (request) => `${await addressOf(request)} ${emailOf(request)}`,
  'auth-per-email': emailOf,
  'guests-per-address': addressOf,
  'orders-per-account': ({ caller }) => {
    if (caller === undefined) throw new DomainError('unauthenticated');
    return caller.id;
  },
};

/** One request, and the limits that count it. */
export function rateLimiterOf(rateLimits: RateLimits, names: readonly RateLimitName[], request: Counted) {
  const counts: Count[] = [];

  async function settle(failed: boolean): Promise<void> {
    const usages = await Promise.all(counts.splice(0).map((count) => count.settle(failed)));
    for (const usage of usages) tell(request.event, usage);
  }

  return {
    /**
     * Counts the request by each limit in turn.
     *
     * @throws {DomainError} `rate_limited` by the first that is exceeded; the later ones do not count it, and
     *   the earlier ones that count failures give it back
     */
    async admit(): Promise<void> {
      for (const name of names) {
        const count = await rateLimits.count(name, await subjects[name](request));
        tell(request.event, count.usage);
        if (count.usage.exceeded) {
          await settle(false);
          throw new DomainError('rate_limited', { retryAfterSeconds: count.usage.resetSeconds });
        }
        counts.push(count);
      }
    },

    /** Runs what was admitted. A refusal is a failure of the request; a success is none, nor is a failure of ours. */
    async settling<T>(run: () => Promise<T>): Promise<T> {
      let failed = false;
      try {
        return await run();
      } catch (error) {
        failed = error instanceof DomainError;
        throw error;
      } finally {
        await settle(failed);
      }
    },
  };
}

function tell(event: Limited, usage: Usage): void {
  event.usages = new Map(event.usages).set(usage.name, usage);
}

/** @see https://datatracker.ietf.org/doc/draft-ietf-httpapi-ratelimit-headers/ (revision 10) */
export function rateLimitHeaders({ usages }: Limited): Record<string, string> {
  if (usages === undefined) return {};
  const list = (item: (usage: Usage) => string) => [...usages.values()].map(item).join(', ');
  return {
    'RateLimit-Policy': list(
      ({ name, requests, windowSeconds }) => `"${name}";q=${requests};w=${windowSeconds}`,
    ),
    RateLimit: list(({ name, remaining, resetSeconds }) => `"${name}";r=${remaining};t=${resetSeconds}`),
  };
}
