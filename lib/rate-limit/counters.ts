import type { RateLimiterAbstract } from 'rate-limiter-flexible';
import RateLimiterMemory from 'rate-limiter-flexible/lib/RateLimiterMemory.js';
import type { RateLimit } from '../platform/config.ts';
import type { Documents } from '../platform/dynamodb.ts';
import { connectRedis } from '../platform/redis.ts';
import { CounterStore } from './counter-store.ts';

/** The two places where something is counted: this container's memory and the store that all containers share. */
export interface Counters {
  readonly own: RateLimiterAbstract;
  readonly shared: RateLimiterAbstract;
}

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

export interface CountersDeps {
  /** Without retries: a container's own count is the answer to a failure. */
  readonly documents: Documents;
  readonly rateLimitsTable: string;
  /** Of Redis or Valkey, which then counts in place of DynamoDB. */
  readonly cacheUrl: string | undefined;
}

/** Makes the counters of each name once. Their keys name the window. */
export function createCounters({ documents, rateLimitsTable, cacheUrl }: CountersDeps) {
  const redis = cacheUrl === undefined ? undefined : connectRedis(cacheUrl);
  const made = new Map<string, Promise<Counters>>();

  async function make(name: string, { requests, windowSeconds }: RateLimit): Promise<Counters> {
    const limit = { points: requests, duration: windowSeconds };
    const own = new RateLimiterMemory(limit);
    const options = {
      ...limit,
      inMemoryBlockOnConsumed: requests + 1,
      inMemoryBlockDuration: refusalSeconds,
    };
    if (redis === undefined) {
      const store = { documents, table: rateLimitsTable, keyPrefix: name };
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
    const counters = made.get(name) ?? make(name, limit);
    made.set(name, counters);
    return counters;
  };
}
