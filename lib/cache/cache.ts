import { Cacheable, createKeyv } from 'cacheable';
import { Keyv } from 'keyv';
import * as z from 'zod/mini';
import type { Clock } from '../platform/clock.ts';
import { parseJson } from '../platform/json.ts';
import type { Redis } from '../platform/redis.ts';

/** How long the first request of a container waits for the connection to the shared tier. */
const connectionWaitMs = 100;

/** About the duration of a load: how long before expiry an entry starts to be reloaded. */
const loadMs = 20;

/** Loads values by key; absent keys are left out. */
export type Load<T> = (keys: readonly string[]) => Promise<ReadonlyMap<string, T>>;

interface CacheOptions<T> {
  /** Prefix of the keys in the shared tier. Change it when the meaning of the values changes. */
  readonly namespace: string;
  /** Validates values from the shared tier: another release may have written them. */
  readonly schema: z.ZodMiniType<T>;
  /** Maximum age of a value, counted from the start of its load through both tiers. */
  readonly ttlMs: number;
  /** Capacity of the first tier, this container's memory. */
  readonly maxEntries: number;
  /** The second tier, shared by all containers. */
  readonly shared?: Promise<Redis> | undefined;
  readonly clock: Clock;
}

/** Caches values by key in two tiers. A failing tier never fails a call: the value is loaded instead. */
export function createCache<T>({ namespace, schema, ttlMs, maxEntries, shared, clock }: CacheOptions<T>) {
  const entry = z.object({ at: z.number(), data: schema });
  type Entry = z.output<typeof entry>;
  // One map: with the default sixteen, each lookup would hash the key to choose one.
  const memory = { lruSize: maxEntries, useClone: false, storeHashSize: 1 };
  const tiers = new Cacheable({ ttl: ttlMs, primary: createKeyv(memory) });
  const attached = shared?.then(async (redis) => {
    tiers.setSecondary(await sharedTier(redis, namespace, entry));
  });
  const ready = attached && Promise.race([attached, elapsed(connectionWaitMs)]);
  /** Lookups in flight, shared by concurrent callers. */
  const inFlight = new Map<string, Promise<T | undefined>>();

  /**
   * Returns whether to reload an entry: always once it has expired, and with growing probability shortly before. So one
   * container reloads while the others still use the cached value.
   *
   * @see Vattani et al., "Optimal Probabilistic Cache Stampede Prevention", VLDB 2015
   */
  const isStale = ({ at }: Entry): boolean => clock.now() - loadMs * Math.log(1 - Math.random()) >= at + ttlMs;

  async function loadAndStore(keys: readonly string[], load: Load<T>): Promise<Map<string, T>> {
    const at = clock.now();
    const loaded = await load(keys);
    await ready;
    await tiers.setMany([...loaded].map(([key, data]) => ({ key, value: { at, data } })));
    return new Map(loaded);
  }

  async function lookUp(keys: readonly string[], load: Load<T>): Promise<Map<string, T>> {
    await ready;
    const entries = await tiers.getMany<Entry>([...keys]);
    const found = new Map<string, T>();
    for (const [index, key] of keys.entries()) {
      const cached = entries[index];
      if (cached !== undefined && !isStale(cached)) found.set(key, cached.data);
    }
    const missing = keys.filter((key) => !found.has(key));
    return missing.length === 0 ? found : new Map([...found, ...(await loadAndStore(missing, load))]);
  }

  return {
    /** Returns cached values and loads the missing ones in one call. Concurrent callers share a load. */
    async find(keys: readonly string[], load: Load<T>): Promise<Map<string, T>> {
      const open = [...new Set(keys)].filter((key) => !inFlight.has(key));
      if (open.length > 0) {
        const lookup = lookUp(open, load);
        for (const key of open) {
          inFlight.set(
            key,
            lookup.then((values) => values.get(key)),
          );
        }
        const forget = () => {
          for (const key of open) inFlight.delete(key);
        };
        lookup.then(forget, forget);
      }
      const values = await Promise.all(keys.map(async (key) => [key, await inFlight.get(key)] as const));
      return new Map(values.flatMap(([key, value]) => (value === undefined ? [] : [[key, value]])));
    },

    /** Loads values and replaces the cached ones. */
    reload: loadAndStore,

    /**
     * Deletes values from both tiers. For up to `ttlMs` an old value may still appear: a load in flight can store it, and
     * other containers have it in memory.
     */
    async invalidate(keys: readonly string[]): Promise<void> {
      await ready;
      await tiers.deleteMany([...keys]);
    },
  };
}

/** Treats text that is not a valid entry as a miss. */
async function sharedTier<T>(redis: Redis, namespace: string, entry: z.ZodMiniType<T>): Promise<Keyv> {
  const { default: KeyvValkey } = await import('@keyv/valkey');
  const stored = z.object({ value: entry, expires: z.number() });
  return new Keyv({
    // By default, each set and delete also maintains a set of all keys.
    store: new KeyvValkey(redis, { useRedisSets: false }),
    // A lookup reads many keys with one command, which a cluster allows within one hash slot: that of the text in braces.
    namespace: `{${namespace}}`,
    useKeyPrefix: false,
    serialize: JSON.stringify,
    // Keyv lets the caller choose the value's type, so it expects `any` here.
    deserialize: (text: string) => z.any().parse(stored.safeParse(parseJson(text)).data),
  });
}

const elapsed = (ms: number): Promise<void> =>
  new Promise((resolve) => {
    setTimeout(resolve, ms).unref();
  });
