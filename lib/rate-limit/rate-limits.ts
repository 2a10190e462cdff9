import { createHash } from 'node:crypto';
import type { RateLimiterAbstract } from 'rate-limiter-flexible';
import RateLimiterMemory from 'rate-limiter-flexible/lib/RateLimiterMemory.js';
import RateLimiterRedis from 'rate-limiter-flexible/lib/RateLimiterRedis.js';
import RateLimiterRes from 'rate-limiter-flexible/lib/RateLimiterRes.js';
import type { config, RateLimit } from '../platform/config.ts';
import type { Documents } from '../platform/dynamodb.ts';
import { connectRedis } from '../platform/redis.ts';
import { WindowStore } from './window-store.ts';

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
  /** Counts a request of the subject, of any number at once at most the limit without `exceeded`. */
  count(name: RateLimitName, subject: string): Promise<Usage>;
  /** Takes a counted request back. */
  refund(name: RateLimitName, subject: string): Promise<Usage>;
}

/**
 * Counts requests by subject, such as an address, for all containers together: in Redis or Valkey where there
 * is one, else in DynamoDB. While the store is out of reach each container counts in its own memory, so
 * limits are looser then, and no request fails. What is stored of a subject is a hash.
 */
export function createRateLimits(deps: {
  documents: Documents;
  rateLimitsTable: string;
  rateLimits: Readonly<Record<RateLimitName, RateLimit>>;
  cacheUrl: string | undefined;
}): RateLimits {
  const redis = deps.cacheUrl === undefined ? undefined : connectRedis(deps.cacheUrl);
  const limiters = new Map<RateLimitName, Promise<RateLimiterAbstract>>();

  async function createLimiter(name: RateLimitName): Promise<RateLimiterAbstract> {
    const { requests, windowSeconds } = deps.rateLimits[name];
    const budget = { points: requests, duration: windowSeconds };
    const options = {
      ...budget,
      insuranceLimiter: new RateLimiterMemory(budget),
      // Who is over the limit is refused from memory; at the limit a refund may still come.
      inMemoryBlockOnConsumed: requests + 1,
    };
    if (redis !== undefined) {
      // Stages may share a server.
      const keyPrefix = `${deps.rateLimitsTable}:${name}`;
      return new RateLimiterRedis({ ...options, keyPrefix, storeClient: await redis });
    }
    return new WindowStore({
      ...options,
      keyPrefix: name,
      documents: deps.documents,
      table: deps.rateLimitsTable,
    });
  }

  async function change(
    name: RateLimitName,
    apply: (limiter: RateLimiterAbstract) => Promise<RateLimiterRes>,
  ): Promise<Usage> {
    const limiter = limiters.get(name) ?? createLimiter(name);
    limiters.set(name, limiter);
    const usage = (result: RateLimiterRes, exceeded: boolean): Usage => ({
      name,
      ...deps.rateLimits[name],
      exceeded,
      remaining: result.remainingPoints,
      resetSeconds: Math.max(1, Math.ceil(result.msBeforeNext / 1_000)),
    });
    try {
      return usage(await apply(await limiter), false);
    } catch (result) {
      // The package throws its result when there is nothing left.
      if (result instanceof RateLimiterRes) return usage(result, true);
      throw result;
    }
  }

  return {
    count: (name, subject) => change(name, (limiter) => limiter.consume(hash(subject))),
    refund: (name, subject) => change(name, (limiter) => limiter.reward(hash(subject))),
  };
}

const hash = (subject: string): string => createHash('sha256').update(subject).digest('base64url');
