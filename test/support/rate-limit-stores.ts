import { ScanCommand } from '@aws-sdk/lib-dynamodb';
import { onTestFinished } from 'vitest';
import { systemClock } from '../../lib/platform/clock.ts';
import type { RateLimit } from '../../lib/platform/config.ts';
import { connectRedis } from '../../lib/platform/redis.ts';
import { createRateLimits, type RateLimits, type Usage } from '../../lib/rate-limit/rate-limits.ts';
import { freePort } from '../../localstack/ports.ts';
import { startRedis, whyNoRedis } from './redis.ts';
import { connect, freshTables } from './tables.ts';

/** Where limits are counted, for one test. */
export interface Store {
  /** The limits of another container, each of which has this limit. */
  container(limit: RateLimit): RateLimits;
  /** The keys of what is stored. */
  keys(): Promise<readonly string[]>;
}

/** Of every name the same limit. */
export const limitsOf = (limit: RateLimit) => ({
  'auth-per-address': limit,
  'auth-per-address-and-email': limit,
  'auth-per-email': limit,
  'guests-per-address': limit,
  'orders-per-account': limit,
});

async function onDynamoDb(): Promise<Store> {
  const { documents, prefix } = await freshTables();
  const rateLimitsTable = `${prefix}-rate_limits`;
  const deps = { documents, rateLimitsTable, cacheUrl: undefined, clock: systemClock };
  return {
    container: (limit) => createRateLimits({ ...deps, rateLimits: limitsOf(limit) }),
    keys: async () => {
      const { Items = [] } = await documents.send(new ScanCommand({ TableName: rateLimitsTable }));
      return Items.map(({ key }) => String(key));
    },
  };
}

export async function onRedis(): Promise<Store & { server: Awaited<ReturnType<typeof startRedis>> }> {
  const server = await startRedis();
  onTestFinished(server.stop);
  const documents = await outOfReach();
  const deps = { documents, rateLimitsTable: 'test-rate_limits', cacheUrl: server.url, clock: systemClock };
  return {
    server,
    container: (limit) => createRateLimits({ ...deps, rateLimits: limitsOf(limit) }),
    keys: async () => {
      const redis = await connectRedis(server.url);
      onTestFinished(() => redis.disconnect());
      return redis.keys('*');
    },
  };
}

/** One container, whose store refuses connections. */
export async function inMemory(): Promise<Pick<Store, 'container'>> {
  const documents = await outOfReach();
  const made: RateLimits[] = [];
  return {
    container(limit) {
      const deps = { documents, rateLimitsTable: 'none', cacheUrl: undefined, clock: systemClock };
      const container = made[0] ?? createRateLimits({ ...deps, rateLimits: limitsOf(limit) });
      made.push(container);
      return container;
    },
  };
}

const outOfReach = async () => connect(`http://127.0.0.1:${await freePort()}`);

export const sharedStores = [
  { store: 'DynamoDB', open: onDynamoDb, skipped: undefined },
  { store: 'Redis', open: onRedis, skipped: whyNoRedis },
];

export const times = <T>(length: number, make: () => T): T[] => Array.from({ length }, make);

/** How many of these were let through. */
export const admitted = async (counts: readonly Promise<{ usage: Usage }>[]): Promise<number> =>
  (await Promise.all(counts)).filter(({ usage }) => !usage.exceeded).length;
