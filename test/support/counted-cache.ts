import { randomUUID } from 'node:crypto';
import * as z from 'zod/mini';
import { createCache } from '../../lib/cache/cache.ts';
import { systemClock } from '../../lib/platform/clock.ts';
import type { Redis } from '../../lib/platform/redis.ts';

const schema = z.object({ name: z.string(), load: z.number() });

/** A cache whose loads are counted and tell the how-manieth they were. */
export function openCache({
  shared,
  namespace = randomUUID(),
  ttlMs = 60_000,
  maxEntries = 100,
}: Options = {}) {
  const cache = createCache({ namespace, schema, ttlMs, maxEntries, shared, clock: systemClock });
  const loads: string[][] = [];
  const load = async (keys: readonly string[]) => {
    loads.push([...keys]);
    const nth = loads.length;
    await new Promise((resolve) => setTimeout(resolve, 5));
    return new Map(keys.filter((key) => key !== 'absent').map((key) => [key, { name: key, load: nth }]));
  };
  const find = (...keys: string[]) => cache.find(keys, load);
  return {
    ...cache,
    load,
    loads,
    through: cache.find,
    find,
    get: async (key: string) => (await find(key)).get(key),
  };
}

interface Options {
  shared?: Promise<Redis>;
  namespace?: string;
  ttlMs?: number;
  maxEntries?: number;
}
