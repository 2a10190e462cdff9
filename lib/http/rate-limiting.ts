import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import * as z from 'zod/mini';
import { DomainError } from '../errors.ts';
import type { Caller } from '../platform/caller.ts';
import type { Count, RateLimitName, RateLimits, Usage } from '../rate-limit/rate-limits.ts';
import { clientAddressOf } from './client-address.ts';

/** What a request has used of its limits, for the `RateLimit` headers. */
export interface Limited {
  usages?: ReadonlyMap<RateLimitName, Usage>;
}

export interface CountedRequest {
  readonly event: APIGatewayProxyEventV2 & Limited;
  /** The validated request. */
  readonly parsed: unknown;
  readonly caller: Caller | undefined;
}

const withEmail = z.object({ body: z.object({ email: z.string() }) });

const emailOf = ({ parsed }: CountedRequest): string => withEmail.parse(parsed).body.email;
const addressOf = ({ event }: CountedRequest): Promise<string> => clientAddressOf(event);

/** The subject that each limit counts by. */
const subjects: Record<RateLimitName, (request: CountedRequest) => string | Promise<string>> = {
  'auth-per-address': addressOf,
  'auth-per-address-and-email': async (request) => `${await addressOf(request)} ${emailOf(request)}`,
  'auth-per-email': emailOf,
  'guests-per-address': addressOf,
  'orders-per-account': ({ caller }) => {
    if (caller === undefined) throw new DomainError('unauthenticated');
    return caller.id;
  },
};

/** Counts one request against its limits. */
export function rateLimiterOf(rateLimits: RateLimits, names: readonly RateLimitName[], request: CountedRequest) {
  const counts: Count[] = [];

  async function finish(failed: boolean): Promise<void> {
    const usages = await Promise.all(counts.splice(0).map((count) => count.finish(failed)));
    for (const usage of usages) record(request.event, usage);
  }

  return {
    /**
     * Counts the request by each limit in turn, up to the first that is exceeded.
     *
     * @throws {DomainError} `rate_limited`; the earlier limits that count failures only do not count the request then
     */
    async checkRateLimits(): Promise<void> {
      for (const name of names) {
        const count = await rateLimits.count(name, await subjects[name](request));
        record(request.event, count.usage);
        if (count.usage.exceeded) {
          await finish(false);
          throw new DomainError('rate_limited', { retryAfterSeconds: count.usage.resetSeconds });
        }
        counts.push(count);
      }
    },

    /** Runs the use case and finishes the counts. A `DomainError` counts as a failure; success and a bug do not. */
    async runCounted<T>(run: () => Promise<T>): Promise<T> {
      let failed = false;
      try {
        return await run();
      } catch (error) {
        failed = error instanceof DomainError;
        throw error;
      } finally {
        await finish(failed);
      }
    },
  };
}

function record(event: Limited, usage: Usage): void {
  event.usages = new Map(event.usages).set(usage.name, usage);
}

/** @see https://datatracker.ietf.org/doc/draft-ietf-httpapi-ratelimit-headers/ (revision 10) */
export function rateLimitHeaders({ usages }: Limited): Record<string, string> {
  if (usages === undefined) return {};
  const list = (item: (usage: Usage) => string) => [...usages.values()].map(item).join(', ');
  return {
    'RateLimit-Policy': list(({ name, requests, windowSeconds }) => `"${name}";q=${requests};w=${windowSeconds}`),
    RateLimit: list(({ name, remaining, resetSeconds }) => `"${name}";r=${remaining};t=${resetSeconds}`),
  };
}
