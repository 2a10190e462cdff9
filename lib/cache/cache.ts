import { Cacheable, createKeyv } from 'cacheable';
import { Keyv } from 'keyv';
import * as z from 'zod/mini';
import type { Redis } from '../platform/redis.ts';

/** How long the first request of a container waits for the connection to the shared tier. */
const connectionWaitMs = 100;

/** About what a load takes: how long before its end an entry begins to be loaded anew. */
const loadMs = 20;

/** Reads what is missing; absent keys are left out. */
export type Load<T> = (keys: readonly string[]) => Promise<ReadonlyMap<string, T>>;

interface CacheOptions<T> {
  /** Names the entries in the shared tier. Change it with every change of what they mean. */
  readonly namespace: string;
  /** What the shared tier gives must be of this shape: another release may have written it. */
  readonly schema: z.ZodMiniType<T>;
  /** No entry is given out later than this after its load began, whichever tiers it went through. */
  readonly ttlMs: number;
  /** Of the first tier, this container's memory. */
  readonly maxEntries: number;
  /** The second tier, shared by all containers. */
  readonly shared?: Promise<Redis> | undefined;
}

/**
 * Values by key in two tiers. Nothing that the tiers do or fail to do makes a call fail: what they do not
 * give, for whatever reason, is loaded. Only what the load throws is thrown.
 */
export function createCache<T>({ namespace, schema, ttlMs, maxEntries, shared }: CacheOptions<T>) {
  const entry = z.object({ at: z.number(), data: schema });
  type Entry = z.output<typeof entry>;
  // One map: to choose among its usual sixteen it would hash the key at each look.
  const memory = { lruSize: maxEntries, useClone: false, storeHashSize: 1 };
  const tiers = new Cacheable({ ttl: ttlMs, primary: createKeyv(memory) });
  const attached = shared?.then(async (redis) => {
    tiers.setSecondary(await sharedTier(redis, namespace, entry));
  });
  const ready = attached && Promise.race([attached, elapsed(connectionWaitMs)]);
  /** What is being looked for, so that whoever asks meanwhile gets the same answer. */
  const underWay = new Map<string, Promise<T | undefined>>();

  async function loadAndKeep(keys: readonly string[], load: Load<T>): Promise<Map<string, T>> {
    const at = Date.now();
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
      const kept = entries[index];
      if (kept !== undefined && !isOver(kept.at + ttlMs)) found.set(key, kept.data);
    }
    const missing = keys.filter((key) => !found.has(key));
    return missing.length === 0 ? found : new Map([...found, ...(await loadAndKeep(missing, load))]);
  }

  return {
    /** From the tiers, or else loaded: all that is missing at once, and once however many ask for it. */
    async find(keys: readonly string[], load: Load<T>): Promise<Map<string, T>> {
      const open = [...new Set(keys)].filter((key) => !underWay.has(key));
      if (open.length > 0) {
        const looking = lookUp(open, load);
        for (const key of open) {
          underWay.set(
            key,
            looking.then((values) => values.get(key)),
          );
        }
        const forget = () => {
          for (const key of open) underWay.delete(key);
        };
        looking.then(forget, forget);
      }
      const values = await Promise.all(keys.map(async (key) => [key, await underWay.get(key)] as const));
      return new Map(values.flatMap(([key, value]) => (value === undefined ? [] : [[key, value]])));
    },

    /** Loads whatever the tiers hold, and replaces it. */
    reload: loadAndKeep,

    /**
     * Drops entries from both tiers. A load that began before it may still bring an old value back, and other
     * containers keep their memory: both for `ttlMs` at most.
     */
    async invalidate(keys: readonly string[]): Promise<void> {
      await ready;
      await tiers.deleteMany([...keys]);
    },
  };
}

/**
 * Whether an entry is to be loaded anew: at its end, and ever more likely shortly before, so that of many
 * containers one does it while the others still have it.
 *
 * @see Vattani et al., "Optimal Probabilistic Cache Stampede Prevention", VLDB 2015
 */
const isOver = (end: number): boolean => Date.now() - loadMs * Math.log(1 - Math.random()) >= end;

/** Gives back nothing where the text is no entry: garbage is a miss, and is overwritten by the load. */
async function sharedTier<T>(redis: Redis, namespace: string, entry: z.ZodMiniType<T>): Promise<Keyv> {
  const { default: KeyvValkey } = await import('@keyv/valkey');
  const stored = z.object({ value: entry, expires: z.number() });
  return new Keyv({
    // Otherwise each set and delete would also keep a list of all keys.
    store: new KeyvValkey(redis, { useRedisSets: false }),
    namespace,
    useKeyPrefix: false,
    serialize: JSON.stringify,
    deserialize: (text: string) => {
      const found = parseJson(text);
      return stored.safeParse(found).success ? found : undefined;
    },
  });
}

function parseJson(text: string) {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

const elapsed = (ms: number): Promise<void> =>
  new Promise((resolve) => {
    setTimeout(resolve, ms).unref();
  });
