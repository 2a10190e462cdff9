import { randomUUID } from 'node:crypto';
import { createServer, type Server } from 'node:net';
import { Redis as Client } from 'iovalkey';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { connectRedis, type Redis } from '../../../lib/platform/redis.ts';
import { createCountedCache } from '../../support/fixtures/counted-cache.ts';
import { type RedisServer, startRedis, whyNoRedis } from '../../support/services/redis.ts';

if (whyNoRedis !== undefined) process.stderr.write(`skipped: ${whyNoRedis}\n`);

const ends: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

describe.skipIf(whyNoRedis !== undefined)('cache with a shared tier', () => {
  async function startServer(port?: number): Promise<RedisServer> {
    const server = await startRedis(port);
    ends.push(server.stop);
    return server;
  }

  async function connection(url: string): Promise<Redis> {
    const redis = await connectRedis(url);
    ends.push(() => redis.disconnect());
    return redis;
  }

  /** The test's own connection, with the client's default timeouts. */
  function observer(url: string): Client {
    // Some tests stop the server.
    const redis = new Client(url).on('error', () => {});
    ends.push(() => redis.disconnect());
    return redis;
  }

  /** Containers, each with its own connection. */
  async function containers(count: number, url: string, options: Parameters<typeof createCountedCache>[0] = {}) {
    const namespace = randomUUID();
    const opened = Array.from({ length: count }, () =>
      createCountedCache({ namespace, shared: connection(url), ...options }),
    );
    // Wait until each container uses the shared tier: it skips the tier while connecting.
    const redis = observer(url);
    for (const cache of opened) {
      await vi.waitFor(
        async () => {
          const key = randomUUID();
          await cache.get(key);
          expect(await redis.keys(`*${key}`)).toHaveLength(1);
        },
        { timeout: 10_000, interval: 20 },
      );
      cache.loads.length = 0;
    }
    return opened;
  }

  it('returns values that another container loaded', async () => {
    const [first, second] = await containers(2, (await startServer()).url);
    await first?.find('a', 'b');
    expect(await second?.find('a', 'b', 'c')).toEqual(
      new Map([
        ['a', { name: 'a', load: 1 }],
        ['b', { name: 'b', load: 1 }],
        ['c', { name: 'c', load: 1 }],
      ]),
    );
    expect(second?.loads).toEqual([['c']]);
  });

  it('invalidates both tiers, but not the memory of other containers', async () => {
    const [writer, other, third] = await containers(3, (await startServer()).url);
    await writer?.get('a');
    await writer?.invalidate(['a']);
    expect(await other?.get('a')).toEqual({ name: 'a', load: 1 });
    expect(other?.loads).toHaveLength(1);
    expect(await writer?.get('a')).toEqual({ name: 'a', load: 1 });
    expect(writer?.loads).toHaveLength(1);
    await third?.get('a');
    expect(third?.loads).toEqual([]);
  });

  /** Stores an entry of this age in the shared tier, as a container with a slow clock might. */
  async function plant(redis: Redis, likeKey: string, key: string, ageMs: number) {
    const value = { at: Date.now() - ageMs, data: { name: key, load: 0 } };
    const text = JSON.stringify({ value, expires: Date.now() + 3_600_000 });
    const [name = ''] = await redis.keys(`*:${likeKey}`);
    await redis.set(name.replace(/[^:]*$/, key), text);
  }

  it('counts the TTL from the load, not from when a value reached this container', async () => {
    const { url } = await startServer();
    const redis = observer(url);
    const ttlMs = 60_000;
    const [cache] = await containers(1, url, { ttlMs });
    await cache?.get('a');
    await plant(redis, 'a', 'half', ttlMs / 2);
    await plant(redis, 'a', 'over', ttlMs + 1);
    await plant(redis, 'a', 'almost', ttlMs - 1_500);
    expect(await cache?.get('half')).toEqual({ name: 'half', load: 0 });
    expect(await cache?.get('over')).toEqual({ name: 'over', load: 2 });
    await expect.poll(() => cache?.get('almost'), { timeout: 20_000 }).toEqual({ name: 'almost', load: 3 });
  });

  it('may reload an entry shortly before it expires', async () => {
    const { url } = await startServer();
    const redis = observer(url);
    const ttlMs = 60_000;
    const [cache] = await containers(1, url, { ttlMs });
    await cache?.get('a');
    await plant(redis, 'a', 'almost', ttlMs - 600);
    vi.spyOn(Math, 'random').mockReturnValue(1 - Number.EPSILON / 2);
    ends.push(() => vi.restoreAllMocks());
    expect(await cache?.get('almost')).toEqual({ name: 'almost', load: 2 });
  });

  it.each([
    ['invalid JSON', 'garbage{'],
    ['another schema', JSON.stringify({ value: { at: 8e15, data: { name: 7 } }, expires: 9e15 })],
    ['a bare value', '{"name":"a","load":9}'],
    ['an empty text', ''],
    ['null', 'null'],
  ])('treats %s in the shared tier as a miss and replaces it', async (_, garbage) => {
    const { url } = await startServer();
    const redis = observer(url);
    const [first, second] = await containers(2, url);
    await first?.get('a');
    const [key = ''] = await redis.keys('*:a');
    await redis.set(key, garbage);
    expect(await second?.find('a', 'b')).toHaveProperty('size', 2);
    expect(second?.loads).toEqual([['a', 'b']]);
    expect(JSON.parse((await redis.get(key)) ?? '')).toMatchObject({ value: { data: { name: 'a' } } });
  });

  it('treats a value of another Redis type as a miss', async () => {
    const { url } = await startServer();
    const redis = observer(url);
    const [first, second] = await containers(2, url);
    await first?.get('a');
    const [key = ''] = await redis.keys('*:a');
    await redis.del(key);
    await redis.lpush(key, 'a list');
    expect(await second?.get('a')).toEqual({ name: 'a', load: 1 });
  });

  it('sets an expiry and the namespace on shared entries', async () => {
    const { url } = await startServer();
    const redis = observer(url);
    const namespace = 'stage-products:copy:1';
    const [cache] = await containers(1, url, { namespace });
    await cache?.get('a');
    const keys = await redis.keys('*:a');
    expect(keys).toEqual([expect.stringContaining(namespace)]);
    expect(await redis.pttl(keys[0] ?? '')).toBeGreaterThan(0);
  });

  /** Sends requests for distinct keys, which need the shared tier or a load, with `fault` halfway. Returns the failures. */
  async function storm(cache: ReturnType<typeof createCountedCache>, fault: () => unknown) {
    const requests: Promise<unknown>[] = [];
    for (let n = 0; n < 300; n += 1) {
      if (n === 150) await fault();
      requests.push(cache.find(`key ${n}`, `key ${n + 1}`));
      if (n % 10 === 0) await new Promise((resolve) => setTimeout(resolve, 1));
    }
    const results = await Promise.allSettled(requests);
    return results.filter(({ status }) => status === 'rejected').length;
  }

  it('fails no request when Redis is killed under load, and uses it again after a restart', async () => {
    const server = await startServer();
    const [cache, other] = await containers(2, server.url);
    if (cache === undefined || other === undefined) throw new Error('no containers');
    expect(await storm(cache, server.kill)).toBe(0);
    expect(await cache.get('key 299')).toEqual({ name: 'key 299', load: expect.any(Number) });
    expect(await cache.get('while Redis is down')).toMatchObject({ name: 'while Redis is down' });

    await startServer(server.port);
    await expect
      .poll(
        async () => {
          const key = randomUUID();
          await cache.get(key);
          const before = other.loads.length;
          await other.get(key);
          return other.loads.length - before;
        },
        { timeout: 15_000, interval: 100 },
      )
      .toBe(0);
  });

  it('fails no request when Redis stops responding under load', async () => {
    const server = await startServer();
    const [cache] = await containers(1, server.url);
    if (cache === undefined) throw new Error('no container');
    ends.push(server.resume);
    expect(await storm(cache, server.pause)).toBe(0);
    expect(await cache.get('later')).toMatchObject({ name: 'later' });
    await cache.invalidate(['later']);
    expect(await cache.get('later')).toMatchObject({ name: 'later' });
  });
});

describe('cache without its shared tier', () => {
  it('does not wait for a connection that never completes', async () => {
    const cache = createCountedCache({ shared: new Promise(() => {}) });
    expect(await cache.get('a')).toEqual({ name: 'a', load: 1 });
  });

  it('works when Redis is unavailable', async () => {
    const silent: Server = createServer(() => {}).listen(0, '127.0.0.1');
    ends.push(() => silent.close());
    await new Promise((resolve) => silent.once('listening', resolve));
    const address = silent.address();
    if (address === null || typeof address === 'string') throw new Error('a TCP server has no port');
    for (const port of [address.port, 1]) {
      const shared = connectRedis(`redis://127.0.0.1:${port}`);
      ends.push(async () => (await shared).disconnect());
      const cache = createCountedCache({ shared });
      expect(await cache.get('a')).toEqual({ name: 'a', load: 1 });
      expect(await cache.get('a')).toEqual({ name: 'a', load: 1 });
      await cache.invalidate(['a']);
      expect(await cache.get('a')).toEqual({ name: 'a', load: 2 });
    }
  });
});
