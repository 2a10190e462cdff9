import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient, ScanCommand } from '@aws-sdk/lib-dynamodb';
import { afterEach, describe, expect, it, vi } from 'vitest';
import type { RateLimit } from '../../../lib/platform/config.ts';
import { createRateLimits, type RateLimits } from '../../../lib/rate-limit/rate-limits.ts';
import { freePort } from '../../../localstack/ports.ts';
import { withFaults } from '../../support/faults.ts';
import { startRedis, whyNoRedis } from '../../support/redis.ts';
import { connect, freshTables } from '../../support/tables.ts';

const ends: (() => unknown)[] = [];
afterEach(async () => {
  vi.useRealTimers();
  for (const end of ends.splice(0)) await end();
});

/** Of every name the same limit; long windows, so that a test ends in the one it began in. */
function limitsOf(limit: RateLimit) {
  return {
    'auth-per-address': limit,
    'auth-per-email': limit,
    'guests-per-address': limit,
    'orders-per-account': limit,
  };
}

interface Shop {
  /** Another container's limits over the same store. */
  container(limit: RateLimit): RateLimits;
  stored(): Promise<string>;
}

async function onDynamoDb(): Promise<Shop> {
  const { documents, prefix } = await freshTables();
  const rateLimitsTable = `${prefix}-rate_limits`;
  return {
    container: (limit) =>
      createRateLimits({ documents, rateLimitsTable, rateLimits: limitsOf(limit), cacheUrl: undefined }),
    stored: async () =>
      JSON.stringify((await documents.send(new ScanCommand({ TableName: rateLimitsTable }))).Items),
  };
}

async function onRedis(): Promise<Shop & { server: Awaited<ReturnType<typeof startRedis>> }> {
  const { documents, prefix } = await freshTables();
  const server = await startRedis();
  ends.push(server.stop);
  const deps = { documents, rateLimitsTable: `${prefix}-rate_limits`, cacheUrl: server.url };
  return {
    server,
    container: (limit) => createRateLimits({ ...deps, rateLimits: limitsOf(limit) }),
    stored: async () => {
      const { connectRedis } = await import('../../../lib/platform/redis.ts');
      const redis = await connectRedis(server.url);
      ends.unshift(() => redis.disconnect());
      return JSON.stringify(await redis.keys('*'));
    },
  };
}

const admitted = async (counts: readonly Promise<{ exceeded: boolean }>[]): Promise<number> =>
  (await Promise.all(counts)).filter(({ exceeded }) => !exceeded).length;

const times = <T>(length: number, make: () => T): T[] => Array.from({ length }, make);

describe.each([
  { store: 'DynamoDB', open: onDynamoDb, skipped: undefined },
  { store: 'Redis', open: onRedis, skipped: whyNoRedis },
])('rate limits in $store', ({ open, skipped }) => {
  const run = it.skipIf(skipped !== undefined);

  run('admit exactly the limit of any number that two containers count at once', async () => {
    const shop = await open();
    const containers = times(2, () => shop.container({ requests: 10, windowSeconds: 3_600 }));
    const counts = containers.flatMap((limits) =>
      times(100, () => limits.count('orders-per-account', 'shopper')),
    );
    expect(await admitted(counts)).toBe(10);
  });

  run('count each subject and each limit apart', async () => {
    const limits = (await open()).container({ requests: 1, windowSeconds: 3_600 });
    const first = await limits.count('auth-per-email', 'a@example.com');
    expect(first).toMatchObject({ exceeded: false, remaining: 0, requests: 1, windowSeconds: 3_600 });
    expect(await limits.count('auth-per-email', 'a@example.com')).toMatchObject({ exceeded: true });
    expect(await limits.count('auth-per-email', 'b@example.com')).toMatchObject({ exceeded: false });
    expect(await limits.count('auth-per-address', 'a@example.com')).toMatchObject({ exceeded: false });
  });

  run('give a refunded request back, also at the limit', async () => {
    const limits = (await open()).container({ requests: 2, windowSeconds: 3_600 });
    for (let round = 0; round < 5; round += 1) {
      await limits.count('auth-per-email', 'a');
      expect(await limits.count('auth-per-email', 'a')).toMatchObject({ exceeded: false, remaining: 0 });
      expect(await limits.refund('auth-per-email', 'a')).toMatchObject({ remaining: 1 });
      await limits.refund('auth-per-email', 'a');
    }
  });

  run('never tell of more left than the limit, also when a refund comes in the next window', async () => {
    const limits = (await open()).container({ requests: 2, windowSeconds: 3_600 });
    expect(await limits.refund('auth-per-email', 'a')).toMatchObject({ remaining: 2 });
  });

  run('do not count what they refuse, so that a refund opens the limit again', async () => {
    const shop = await open();
    const containers = times(2, () => shop.container({ requests: 2, windowSeconds: 3_600 }));
    const floods = containers.map((limits) => times(20, () => limits.count('auth-per-email', 'a')));
    expect(await admitted(floods.flat())).toBe(2);
    // The request that was admitted gives it back, in its own container; then either has room again.
    for (const [index, limits] of containers.entries())
      for (let left = await admitted(floods[index] ?? []); left > 0; left -= 1)
        await limits.refund('auth-per-email', 'a');
    for (const limits of containers)
      await vi.waitUntil(async () => !(await limits.count('auth-per-email', 'a')).exceeded, {
        interval: 50,
        timeout: 5_000,
      });
  });

  run('start anew when the window is over, also for who was over the limit', async () => {
    const limits = (await open()).container({ requests: 1, windowSeconds: 1 });
    await vi.waitUntil(async () => (await limits.count('auth-per-email', 'a')).exceeded, {
      interval: 10,
      timeout: 5_000,
    });
    await vi.waitUntil(async () => !(await limits.count('auth-per-email', 'a')).exceeded, {
      interval: 20,
      timeout: 5_000,
    });
  });

  run('say when the window ends', async () => {
    const limits = (await open()).container({ requests: 1, windowSeconds: 60 });
    const { resetSeconds } = await limits.count('auth-per-email', 'a');
    expect(resetSeconds).toBeGreaterThan(0);
    expect(resetSeconds).toBeLessThanOrEqual(60);
  });

  run('store no e-mail address, account or address', async () => {
    const shop = await open();
    const subject = `${randomUUID()}@example.com`;
    await shop.container({ requests: 1, windowSeconds: 3_600 }).count('auth-per-email', subject);
    const stored = await shop.stored();
    expect(stored).toContain('auth-per-email');
    expect(stored).not.toContain(subject.slice(0, 8));
  });
});

describe('rate limits without their store', () => {
  const limit = { requests: 10, windowSeconds: 3_600 };

  it('still admit no more than the limit in a container when DynamoDB refuses connections', async () => {
    const documents = connect(`http://127.0.0.1:${await freePort()}`);
    const deps = { documents, rateLimitsTable: 'none', cacheUrl: undefined };
    const limits = createRateLimits({ ...deps, rateLimits: limitsOf(limit) });
    expect(await admitted(times(30, () => limits.count('auth-per-email', 'a')))).toBe(10);
  });

  it('wait for a DynamoDB that never answers once, and then not for a while', async () => {
    const silent = createServer(() => {}).listen(0, '127.0.0.1');
    await once(silent, 'listening');
    ends.push(() => silent.close());
    const address = silent.address();
    if (address === null || typeof address === 'string') throw new Error('a TCP server has no port');
    const client = new DynamoDBClient({
      endpoint: `http://127.0.0.1:${address.port}`,
      region: 'eu-central-1',
      credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
      maxAttempts: 1,
      requestHandler: { requestTimeout: 1_000, throwOnRequestTimeout: true },
    });
    ends.unshift(() => client.destroy());
    const documents = DynamoDBDocumentClient.from(client);
    const deps = { documents, rateLimitsTable: 'none', cacheUrl: undefined };
    const limits = createRateLimits({ ...deps, rateLimits: limitsOf(limit) });
    const before = performance.now();
    const first = await limits.count('auth-per-address', 'a');
    const waited = performance.now() - before;
    const rest = [];
    for (let n = 0; n < 20; n += 1) rest.push(limits.count('auth-per-email', 'a'));
    expect([first.exceeded, await admitted(rest)]).toEqual([false, 10]);
    expect(performance.now() - before).toBeLessThan(1.5 * waited);
  });

  it.each([
    ['auth-per-email', 0],
    ['auth-per-address', 0],
    ['guests-per-address', 2],
    ['orders-per-account', 2],
  ] as const)(
    '%s admits %i of five requests at a limit of two that DynamoDB throttles',
    async (name, expected) => {
      const { documents, prefix } = await freshTables();
      const throttled = withFaults(documents, () => 'throttled');
      const limits = createRateLimits({
        documents: throttled.documents,
        rateLimitsTable: `${prefix}-rate_limits`,
        rateLimits: limitsOf({ requests: 2, windowSeconds: 3_600 }),
        cacheUrl: undefined,
      });
      expect(await admitted(times(5, () => limits.count(name, 'a')))).toBe(expected);
      // Throttling passes in a second, long before the window does.
      if (expected === 0) expect((await limits.count(name, 'b')).resetSeconds).toBe(1);
      expect(throttled.attempts.length).toBeGreaterThan(0);
    },
  );

  it.skipIf(whyNoRedis !== undefined)(
    'fail no request and keep to the limit in memory when Redis is killed or silent in a storm',
    async () => {
      const shop = await onRedis();
      const limits = shop.container(limit);
      expect(await admitted(times(30, () => limits.count('orders-per-account', 'a')))).toBe(10);
      // The server goes silent with requests on their way: it counts some of them, and memory all.
      const storm = times(200, () => limits.count('orders-per-account', 'b'));
      shop.server.pause();
      const during = times(200, () => limits.count('orders-per-account', 'b'));
      expect(await admitted([...storm, ...during])).toBe(10);
      shop.server.resume();
      await shop.server.kill();
      expect(await admitted(times(30, () => limits.count('orders-per-account', 'c')))).toBe(10);
    },
  );
});
