import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import tls from 'node:tls';
import { inspect } from 'node:util';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import * as z from 'zod/mini';
import { cacheFile, parseYamlFile } from '../../../deploy/service-config.ts';
import { systemClock } from '../../../lib/platform/clock.ts';
import { logger } from '../../../lib/platform/logger.ts';
import { connectRedis, type Redis } from '../../../lib/platform/redis.ts';
import { createRateLimits } from '../../../lib/rate-limit/rate-limits.ts';
import { connect } from '../../support/database/tables.ts';
import { createCountedCache } from '../../support/fixtures/counted-cache.ts';
import { allowedCount, limitsOf } from '../../support/fixtures/rate-limit-stores.ts';
import { whyNoRedis } from '../../support/services/redis.ts';
import { type RedisCluster, startRedisCluster } from '../../support/services/redis-cluster.ts';

if (whyNoRedis !== undefined) process.stderr.write(`skipped: ${whyNoRedis}\n`);

const accessString = z
  .string()
  .parse(parseYamlFile(cacheFile).getIn(['on', 'Resources', 'CacheUser', 'Properties', 'AccessString']));

const ends: (() => unknown)[] = [];
afterEach(() => {
  for (const end of ends.splice(0)) end();
});

describe.skipIf(whyNoRedis !== undefined)('a cluster with TLS and a user', () => {
  const trusted = tls.getCACertificates('default');
  let cluster: RedisCluster;
  beforeAll(async () => {
    for (const name of ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY', 'AWS_REGION']) vi.stubEnv(name, 'eu-central-1');
    cluster = await startRedisCluster('sellout-test', accessString);
    tls.setDefaultCACertificates([...trusted, cluster.certificate]);
  });
  afterAll(async () => {
    vi.unstubAllEnvs();
    tls.setDefaultCACertificates(trusted);
    await cluster.stop();
  });

  async function connected(...args: Parameters<typeof connectRedis>): Promise<Redis> {
    const redis = await connectRedis(...args);
    ends.push(() => redis.disconnect());
    return redis;
  }

  it('shares cached values between containers, several keys at a time', async () => {
    await cluster.setPassword('token');
    const namespace = randomUUID();
    const container = () => createCountedCache({ namespace, shared: connected(cluster.url, async () => 'token') });
    const [first, second] = [container(), container()];
    await first.find('a', 'b', 'c');
    await second.find('a', 'b', 'c');
    expect(second.loads).toEqual([]);
    await first.invalidate(['a', 'b', 'c']);
    await first.find('a');
    expect(first.loads).toHaveLength(2);
  });

  it('counts rate limits for all containers, which sign in with IAM tokens', async () => {
    // Accepts every token: only ElastiCache can verify one.
    await cluster.setPassword(undefined);
    const rateLimitsTable = randomUUID();
    const deps = {
      documents: connect('http://127.0.0.1:1'),
      rateLimitsTable,
      cacheUrl: cluster.url,
      clock: systemClock,
    };
    const rateLimits = limitsOf({ requests: 3, windowSeconds: 86_400 });
    const [here, there] = [createRateLimits({ ...deps, rateLimits }), createRateLimits({ ...deps, rateLimits })];
    const counts = [here, there, here, there].map((limits) => limits.count('auth-per-address-and-email', 'a'));
    expect(await allowedCount(counts)).toBe(3);
  });

  it('signs in with a new token after the connection is closed', async () => {
    await cluster.setPassword('first');
    const tokens = ['first', 'second'];
    const redis = await connected(cluster.url, async () => tokens.shift() ?? 'none left');
    expect(await redis.set('key', 'value')).toBe('OK');
    await cluster.setPassword('second');
    await cluster.admin.call('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes');
    await once(redis, 'ready');
    expect(await redis.get('key')).toBe('value');
    expect(tokens).toEqual([]);
  });

  it('waits longer for signing in than for a command', async () => {
    await cluster.setPassword('token');
    await cluster.admin.client('PAUSE', 300);
    const redis = await connected(cluster.url, async () => 'token');
    expect(redis.status).toBe('ready');
    await cluster.admin.client('PAUSE', 300);
    await expect(redis.get('key')).rejects.toThrow('timed out');
  });

  it('rejects a certificate of an unknown authority', async () => {
    await cluster.setPassword('token');
    tls.setDefaultCACertificates(trusted);
    ends.push(() => tls.setDefaultCACertificates([...trusted, cluster.certificate]));
    const redis = await connected(cluster.url, async () => 'token');
    await expect(redis.get('key')).rejects.toThrow();
  });

  it('does not log the token when the server rejects it', async () => {
    await cluster.setPassword('token');
    const warn = vi.spyOn(logger, 'warn').mockImplementation(() => {});
    ends.push(() => warn.mockRestore());
    await connected(cluster.url, async () => 'wrong-token');
    const logged = inspect(warn.mock.calls, { depth: 9 });
    expect(logged).toMatch(/REDIS_UNAVAILABLE[\s\S]*WRONGPASS/);
    expect(logged).not.toMatch(/wrong-token/);
  });
});
