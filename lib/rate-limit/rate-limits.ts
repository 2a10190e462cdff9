import { createHash } from 'node:crypto';
import type { RateLimiterAbstract } from 'rate-limiter-flexible';
import RateLimiterMemory from 'rate-limiter-flexible/lib/RateLimiterMemory.js';
import RateLimiterRes from 'rate-limiter-flexible/lib/RateLimiterRes.js';
import type { config, RateLimit } from '../platform/config.ts';
import type { Documents } from '../platform/dynamodb.ts';
import { logger } from '../platform/logger.ts';
import { isThrottled } from '../platform/outage.ts';
import { connectRedis } from '../platform/redis.ts';
import { CounterStore } from './counter-store.ts';

export type RateLimitName = keyof typeof config.rateLimits;

/** How much of a limit is used. */
export interface Usage extends RateLimit {
  readonly name: RateLimitName;
  readonly exceeded: boolean;
  readonly remaining: number;
  /** Until the count starts anew; at least 1. */
  readonly resetSeconds: number;
}

export interface RateLimits {
  /** Counts a request of the subject. */
  count(name: RateLimitName, subject: string): Promise<Usage>;
  /** Takes a counted request back. */
  refund(name: RateLimitName, subject: string): Promise<Usage>;
}

/** Those that keep guesses from passwords: where their count is not known for load, they refuse. */
const guards: ReadonlySet<RateLimitName> = new Set(['auth-per-address', 'auth-per-email']);

/** For so long after a failure nobody waits for the store again. */
const restMs = 1_000;

/** After a refusal by the shared count this container refuses for so long without asking it again. */
const refusalSeconds = 1;

/** Counts up to the limit and no further, as `CounterStore` does: what is refused must not outlast a refund. */
const countUpToLimit = `
local count = tonumber(redis.call('get', KEYS[1]) or '0')
if count + ARGV[1] > tonumber(ARGV[3]) then
  return {tonumber(ARGV[3]) + 1, redis.call('pttl', KEYS[1])}
end
redis.call('set', KEYS[1], count + ARGV[1], 'EX', ARGV[2])
return {count + ARGV[1], 1000 * ARGV[2]}`;

/** The two places where a limit is counted: this container's memory and the store that all share. */
interface Counters {
  readonly own: RateLimiterAbstract;
  readonly shared: RateLimiterAbstract;
}

interface Outcome {
  readonly exceeded: boolean;
  readonly remaining: number;
}

/** What the package gives, or throws when nothing is left. Anything else that it throws is a failure. */
async function outcomeOf(result: Promise<RateLimiterRes>): Promise<Outcome> {
  try {
    return { exceeded: false, remaining: (await result).remainingPoints };
  } catch (error) {
    if (error instanceof RateLimiterRes) return { exceeded: true, remaining: 0 };
    throw error;
  }
}

/**
 * Counts requests by subject, such as an address, in windows that start at multiples of their length. Of any
 * number at once exactly the limit is not `exceeded`, in all containers together: they share Redis or Valkey
 * where there is one, else DynamoDB. What is refused does not count. While the store is out of reach no request
 * fails for it, and each container still keeps to the limit. What is stored of a subject is a hash.
 *
 * @param deps.documents without retries: a container's own count is the answer to a failure
 */
export function createRateLimits(deps: {
  documents: Documents;
  rateLimitsTable: string;
  rateLimits: Readonly<Record<RateLimitName, RateLimit>>;
  cacheUrl: string | undefined;
}): RateLimits {
  const redis = deps.cacheUrl === undefined ? undefined : connectRedis(deps.cacheUrl);
  const counters = new Map<RateLimitName, Promise<Counters>>();
  let restsUntil = 0;

  async function createCounters(name: RateLimitName): Promise<Counters> {
    const { requests, windowSeconds } = deps.rateLimits[name];
    const own = new RateLimiterMemory({ points: requests, duration: windowSeconds });
    const options = {
      points: requests,
      duration: windowSeconds,
      inMemoryBlockOnConsumed: requests + 1,
      inMemoryBlockDuration: refusalSeconds,
    };
    if (redis !== undefined) {
      const { default: RateLimiterRedis } = await import('rate-limiter-flexible/lib/RateLimiterRedis.js');
      // Stages may share a server.
      const keyPrefix = `${deps.rateLimitsTable}:${name}`;
      return {
        own,
        shared: new RateLimiterRedis({
          ...options,
          keyPrefix,
          storeClient: await redis,
          customIncrTtlLuaScript: countUpToLimit,
        }),
      };
    }
    const { documents, rateLimitsTable: table } = deps;
    return { own, shared: new CounterStore({ ...options, keyPrefix: name, documents, table }) };
  }

  function countersOf(name: RateLimitName): Promise<Counters> {
    const known = counters.get(name) ?? createCounters(name);
    counters.set(name, known);
    return known;
  }

  /** What the shared store says; `otherwise` where it fails, which is what this container knows itself. */
  async function ask(
    name: RateLimitName,
    result: () => Promise<RateLimiterRes>,
    otherwise: Outcome,
  ): Promise<Outcome & { throttled?: true }> {
    if (Date.now() < restsUntil) return otherwise;
    try {
      return await outcomeOf(result());
    } catch (error) {
      // One counter takes a thousand writes a second: more are no shopper's.
      if (guards.has(name) && isThrottled(error)) return { exceeded: true, remaining: 0, throttled: true };
      restsUntil = Date.now() + restMs;
      logger.warn('rate limits are counted in memory alone', { limit: name, error });
      return otherwise;
    }
  }

  /** The window that is open, as part of a key, and what a client is told of an outcome in it. */
  function windowOf(name: RateLimitName, subject: string) {
    const limit = deps.rateLimits[name];
    const windowMs = limit.windowSeconds * 1_000;
    const now = Date.now();
    const window = Math.floor(now / windowMs);
    const resetSeconds = Math.max(1, Math.ceil(((window + 1) * windowMs - now) / 1_000));
    return {
      key: `${createHash('sha256').update(subject).digest('base64url')}:${window}`,
      usage: ({ exceeded, remaining, throttled }: Outcome & { throttled?: true }): Usage => ({
        name,
        ...limit,
        exceeded,
        // A refund from the window before would make it more.
        remaining: Math.min(remaining, limit.requests),
        resetSeconds: throttled ? 1 : resetSeconds,
      }),
    };
  }

  return {
    async count(name, subject) {
      const { key, usage } = windowOf(name, subject);
      const { own, shared } = await countersOf(name);
      const local = await outcomeOf(own.consume(key));
      const outcome = local.exceeded ? local : await ask(name, () => shared.consume(key), local);
      if (outcome.exceeded) await own.reward(key);
      return usage(outcome);
    },
    async refund(name, subject) {
      const { key, usage } = windowOf(name, subject);
      const { own, shared } = await countersOf(name);
      const local = await outcomeOf(own.reward(key));
      return usage(await ask(name, () => shared.reward(key), local));
    },
  };
}
