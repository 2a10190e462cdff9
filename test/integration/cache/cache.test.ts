import { afterEach, describe, expect, it } from 'vitest';
import { createCountedCache } from '../../support/fixtures/counted-cache.ts';
import { whyNoRedis } from '../../support/services/redis.ts';

if (whyNoRedis !== undefined) process.stderr.write(`skipped: ${whyNoRedis}\n`);

const ends: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

describe('cache with one tier', () => {
  it('loads missing keys together, and each key once', async () => {
    const cache = createCountedCache();
    expect([...(await cache.find('a', 'b', 'a')).keys()]).toEqual(['a', 'b']);
    expect(await cache.find('b', 'c')).toEqual(
      new Map([
        ['b', { name: 'b', load: 1 }],
        ['c', { name: 'c', load: 2 }],
      ]),
    );
    expect(cache.loads).toEqual([['a', 'b'], ['c']]);
  });

  it('leaves out absent keys and loads them again', async () => {
    const cache = createCountedCache();
    expect((await cache.find('absent', 'a')).size).toBe(1);
    await cache.find('absent', 'a');
    expect(cache.loads).toEqual([['absent', 'a'], ['absent']]);
  });

  it('loads once for 200 concurrent callers', async () => {
    const cache = createCountedCache();
    const values = await Promise.all(Array.from({ length: 200 }, () => cache.get('a')));
    expect(new Set(values)).toEqual(new Set([{ name: 'a', load: 1 }]));
    expect(cache.loads).toHaveLength(1);
  });

  it('rejects all concurrent callers when their load fails, and loads again', async () => {
    const cache = createCountedCache();
    const broken = async () => {
      throw new Error('no database');
    };
    const results = await Promise.allSettled([cache.through(['a'], broken), cache.through(['a'], broken)]);
    expect(results.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    expect(await cache.get('a')).toEqual({ name: 'a', load: 1 });
  });

  it('loads again after the TTL', async () => {
    const cache = createCountedCache({ ttlMs: 150 });
    await cache.get('a');
    await expect.poll(() => cache.get('a')).toEqual({ name: 'a', load: 2 });
  });

  it('drops invalidated keys, and the least recently used ones when full', async () => {
    const cache = createCountedCache({ maxEntries: 2 });
    await cache.find('a', 'b');
    await cache.invalidate(['a']);
    expect(await cache.get('a')).toEqual({ name: 'a', load: 2 });
    await cache.find('c');
    await cache.find('a', 'c');
    expect(cache.loads).toHaveLength(3);
    await cache.find('b');
    expect(cache.loads).toHaveLength(4);
  });

  it('replaces reloaded values', async () => {
    const cache = createCountedCache();
    await cache.get('a');
    await cache.reload(['a'], cache.load);
    expect(await cache.get('a')).toEqual({ name: 'a', load: 2 });
  });
});
