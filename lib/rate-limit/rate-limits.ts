import { createHash } from 'node:crypto';
import type { RateLimiterAbstract } from 'rate-limiter-flexible';
import RateLimiterMemory from 'rate-limiter-flexible/lib/RateLimiterMemory.js';
import RateLimiterRedis from 'rate-limiter-flexible/lib/RateLimiterRedis.js';
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

/** The two places where a limit is counted: this container's memory and the store that all share. */
interface Counters {
  readonly own: RateLimiterAbstract;
  readonly shared: RateLimiterAbstract;
}

type Change = (limiter: RateLimiterAbstract, key: string) => Promise<RateLimiterRes>;

/**
 * Counts requests by subject, such as an address, in windows that start at multiples of their length. Of any
 * number at once exactly the limit is not `exceeded`, in all containers together: they share Redis or Valkey
 * where there is one, else DynamoDB. While the store is out of reach no request fails for it, and each
 * container still keeps to the limit. What is stored of a subject is a hash.
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
      // Who is over the limit is refused from memory; at the limit a refund may still come.
      inMemoryBlockOnConsumed: requests + 1,
    };
    if (redis !== undefined) {
      // Stages may share a server.
      const keyPrefix = `${deps.rateLimitsTable}:${name}`;
      return { own, shared: new RateLimiterRedis({ ...options, keyPrefix, storeClient: await redis }) };
    }
    const { documents, rateLimitsTable: table } = deps;
    return { own, shared: new CounterStore({ ...options, keyPrefix: name, documents, table }) };
  }

  /** The result of the shared count, or of the own one where that is exceeded or the store fails. */
  async function change(name: RateLimitName, key: string, apply: Change): Promise<RateLimiterRes> {
    const known = counters.get(name) ?? createCounters(name);
    counters.set(name, known);
    const { own, shared } = await known;
    const local = await apply(own, key);
    if (Date.now() < restsUntil) return local;
    try {
      return await apply(shared, key);
    } catch (error) {
      if (error instanceof RateLimiterRes) throw error;
      // One counter takes a thousand writes a second: more are no shopper's.
      if (guards.has(name) && isThrottled(error)) throw new RateLimiterRes(0, 1_000);
      restsUntil = Date.now() + restMs;
      logger.warn('rate limits are counted in memory alone', { limit: name, error });
      return local;
    }
  }

  async function use(name: RateLimitName, subject: string, apply: Change): Promise<Usage> {
    const windowMs = deps.rateLimits[name].windowSeconds * 1_000;
    const now = Date.now();
    const window = Math.floor(now / windowMs);
    const usage = (remaining: number, exceeded: boolean): Usage => ({
      name,
      ...deps.rateLimits[name],
      exceeded,
      remaining,
      resetSeconds: Math.max(1, Math.ceil(((window + 1) * windowMs - now) / 1_000)),
    });
    const hash = createHash('sha256').update(subject).digest('base64url');
    try {
      return usage((await change(name, `${hash}:${window}`, apply)).remainingPoints, false);
    } catch (result) {
      // The package throws its result when there is nothing left.
      if (result instanceof RateLimiterRes) return usage(0, true);
      throw result;
    }
  }

  return {
    count: (name, subject) => use(name, subject, (limiter, key) => limiter.consume(key)),
    refund: (name, subject) => use(name, subject, (limiter, key) => limiter.reward(key)),
  };
}
