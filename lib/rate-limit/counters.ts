import type { RateLimiterAbstract } from 'rate-limiter-flexible';
import RateLimiterMemory from 'rate-limiter-flexible/lib/RateLimiterMemory.js';
import type { Clock } from '../platform/clock.ts';
import type { RateLimit } from '../platform/config.ts';
import type { Documents } from '../platform/dynamodb.ts';
import { connectRedis } from '../platform/redis.ts';
import { CounterStore } from './counter-store.ts';

/** The counters of one limit: in this container's memory, and in the store that all containers share. */
export interface Counters {
  readonly own: RateLimiterAbstract;
  readonly shared: RateLimiterAbstract;
}

/** After the shared counter exceeds a limit, this container rejects the subject for this long without reading it. */
const blockSeconds = 1;

/** Counts up to the limit and no further, as `CounterStore` does, so that returned points make room at once. */
const countUpToLimit = `
local count = tonumber(redis.call('get', KEYS[1]) or '0')
if count + ARGV[1] > tonumber(ARGV[3]) then
  return {tonumber(ARGV[3]) + 1, redis.call('pttl', KEYS[1])}
end
redis.call('set', KEYS[1], count + ARGV[1], 'EX', ARGV[2])
return {count + ARGV[1], 1000 * ARGV[2]}`;

export interface CountersDeps {
  /** Without retries: the fallback is the count of this container. */
  readonly documents: Documents;
  readonly rateLimitsTable: string;
  /** Redis or Valkey, used instead of DynamoDB. */
  readonly cacheUrl: string | undefined;
  readonly clock: Clock;
}

/** Returns a function that creates the counters of each limit once. Keys must name their window. */
export function createCounters({ documents, rateLimitsTable, cacheUrl, clock }: CountersDeps) {
  const redis = cacheUrl === undefined ? undefined : connectRedis(cacheUrl);
  const countersByName = new Map<string, Promise<Counters>>();

  async function create(name: string, { requests, windowSeconds }: RateLimit): Promise<Counters> {
    const limit = { points: requests, duration: windowSeconds };
    const own = new RateLimiterMemory(limit);
    const options = {
      ...limit,
      inMemoryBlockOnConsumed: requests + 1,
      inMemoryBlockDuration: blockSeconds,
    };
    if (redis === undefined) {
      const store = { documents, table: rateLimitsTable, clock, keyPrefix: name };
      return { own, shared: new CounterStore({ ...options, ...store }) };
    }
    const { default: RateLimiterRedis } = await import('rate-limiter-flexible/lib/RateLimiterRedis.js');
    const store = {
      storeClient: await redis,
      // Stages may share a server.
      keyPrefix: `${rateLimitsTable}:${name}`,
      customIncrTtlLuaScript: countUpToLimit,
    };
    return { own, shared: new RateLimiterRedis({ ...options, ...store }) };
  }

  return (name: string, limit: RateLimit): Promise<Counters> => {
    const counters = countersByName.get(name) ?? create(name, limit);
    countersByName.set(name, counters);
    return counters;
  };
}
