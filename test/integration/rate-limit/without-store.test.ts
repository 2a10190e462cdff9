import { once } from 'node:events';
import { createServer } from 'node:net';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { describe, expect, it, onTestFinished } from 'vitest';
import { systemClock } from '../../../lib/platform/clock.ts';
import { createRateLimits } from '../../../lib/rate-limit/rate-limits.ts';
import { withFaults } from '../../support/database/fault-injection.ts';
import { freshTables } from '../../support/database/tables.ts';
import { allowedCount, inMemory, limitsOf, onRedis, times } from '../../support/fixtures/rate-limit-stores.ts';
import { whyNoRedis } from '../../support/services/redis.ts';

describe('rateLimits without their store', () => {
  const limit = { requests: 10, windowSeconds: 86_400 };

  it('admits no more than the limit per container when DynamoDB is unreachable', async () => {
    const limits = (await inMemory()).container(limit);
    expect(await allowedCount(times(30, () => limits.count('auth-per-email', 'a')))).toBe(10);
  });

  it('waits once for a DynamoDB that does not respond, and then skips it', async () => {
    const silent = createServer(() => {}).listen(0, '127.0.0.1');
    await once(silent, 'listening');
    onTestFinished(() => {
      silent.close();
    });
    const address = silent.address();
    if (address === null || typeof address === 'string') throw new Error('a TCP server has no port');
    const client = new DynamoDBClient({
      endpoint: `http://127.0.0.1:${address.port}`,
      region: 'eu-central-1',
      credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
      maxAttempts: 1,
      requestHandler: { requestTimeout: 1_000, throwOnRequestTimeout: true },
    });
    onTestFinished(() => client.destroy());
    const documents = DynamoDBDocumentClient.from(client);
    const deps = { documents, rateLimitsTable: 'none', cacheUrl: undefined, clock: systemClock };
    const limits = createRateLimits({ ...deps, rateLimits: limitsOf(limit) });
    const before = performance.now();
    const first = await limits.count('auth-per-address', 'a');
    const waited = performance.now() - before;
    const rest = [];
    for (let n = 0; n < 20; n += 1) rest.push(limits.count('auth-per-email', 'a'));
    expect([first.usage.exceeded, await allowedCount(rest)]).toEqual([false, 10]);
    expect(performance.now() - before).toBeLessThan(1.5 * waited);
  });

  it.each([
    ['auth-per-email', 0],
    ['auth-per-address-and-email', 0],
    ['auth-per-address', 0],
    ['guests-per-address', 2],
    ['orders-per-account', 2],
  ] as const)('limit %s admits %i of five requests while DynamoDB throttles', async (name, expected) => {
    const { documents, prefix } = await freshTables();
    const throttled = withFaults(documents, () => 'throttled');
    const limits = createRateLimits({
      documents: throttled.documents,
      rateLimitsTable: `${prefix}-rate_limits`,
      rateLimits: limitsOf({ requests: 2, windowSeconds: 86_400 }),
      cacheUrl: undefined,
      clock: systemClock,
    });
    expect(await allowedCount(times(5, () => limits.count(name, 'a')))).toBe(expected);
    // Throttling ends long before the window does.
    if (expected === 0) expect((await limits.count(name, 'b')).usage.resetSeconds).toBe(1);
    expect(throttled.attempts.length).toBeGreaterThan(0);
  });

  it.skipIf(whyNoRedis !== undefined).each(['orders-per-account', 'auth-per-email'] as const)(
    'enforces %s in memory when Redis is killed or does not respond under load',
    async (name) => {
      const { server, container } = await onRedis();
      const limits = container(limit);
      expect(await allowedCount(times(30, () => limits.count(name, 'a')))).toBe(10);
      // The server pauses with requests in flight: it counts some of them, and memory counts all.
      const storm = times(200, () => limits.count(name, 'b'));
      server.pause();
      const during = times(200, () => limits.count(name, 'b'));
      expect(await allowedCount([...storm, ...during])).toBe(10);
      server.resume();
      await server.kill();
      expect(await allowedCount(times(30, () => limits.count(name, 'c')))).toBe(10);
    },
  );
});
