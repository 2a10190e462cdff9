import { once } from 'node:events';
import { createServer } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { connectRedis, type Redis } from '../../../lib/platform/redis.ts';
import { freePort } from '../../../localstack/ports.ts';
import { type RedisServer, startRedis, whyNoRedis } from '../../support/services/redis.ts';

if (whyNoRedis !== undefined) process.stderr.write(`skipped: ${whyNoRedis}\n`);

const ends: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0)) await end();
});

async function started(port?: number): Promise<RedisServer> {
  const server = await startRedis(port);
  ends.push(server.stop);
  return server;
}

async function connected(url: string): Promise<Redis> {
  const redis = await connectRedis(url);
  ends.push(() => redis.disconnect());
  return redis;
}

/** Sends 100 concurrent commands. Returns how many fail. */
async function failures(redis: Redis): Promise<number> {
  const results = await Promise.allSettled(Array.from({ length: 100 }, () => redis.get('key')));
  return results.filter(({ status }) => status === 'rejected').length;
}

describe.skipIf(whyNoRedis !== undefined)('connectRedis', () => {
  it('returns a ready connection', async () => {
    const redis = await connected((await started()).url);
    await redis.set('key', 'value');
    expect(await redis.get('key')).toBe('value');
  });

  it('fails all commands while the server does not respond, without waiting after the first', async () => {
    const server = await started();
    const redis = await connected(server.url);
    server.pause();
    ends.unshift(server.resume);
    const before = performance.now();
    await expect(redis.get('key')).rejects.toThrow('timed out');
    const first = performance.now() - before;
    for (let i = 0; i < 50; i += 1) await expect(redis.get('key')).rejects.toThrow();
    expect(performance.now() - before - first).toBeLessThan(10 * first);
  });

  it('reconnects when the server responds again', async () => {
    const server = await started();
    const redis = await connected(server.url);
    server.pause();
    await expect(redis.get('key')).rejects.toThrow('timed out');
    server.resume();
    await once(redis, 'ready');
    await expect.poll(() => failures(redis), { timeout: 20_000 }).toBe(0);
  });

  it('fails all commands when the server is killed, and reconnects to a new one', async () => {
    const server = await started();
    const redis = await connected(server.url);
    await server.kill();
    expect(await failures(redis)).toBe(100);
    await started(server.port);
    await once(redis, 'ready');
    await expect.poll(() => failures(redis), { timeout: 20_000 }).toBe(0);
  });

  it('returns without a server, and connects once one listens', async () => {
    const port = await freePort();
    const redis = await connected(`redis://127.0.0.1:${port}`);
    expect(await failures(redis)).toBe(100);
    await started(port);
    await once(redis, 'ready');
    await expect.poll(() => failures(redis), { timeout: 20_000 }).toBe(0);
  });
});

it('connectRedis returns when a server accepts and never responds', async () => {
  const silent = createServer(() => {}).listen(0, '127.0.0.1');
  await once(silent, 'listening');
  ends.push(() => silent.close());
  const address = silent.address();
  if (address === null || typeof address === 'string') throw new Error('a TCP server has no port');
  const redis = await connected(`redis://127.0.0.1:${address.port}`);
  expect(await failures(redis)).toBe(100);
});
