import { setTimeout as wait } from 'node:timers/promises';
import { describe, expect, it, vi } from 'vitest';
import { createRateLimits, type RateLimits, type Usage } from '../../../lib/rate-limit/rate-limits.ts';
import { withFaults } from '../../support/fault-injection.ts';
import { admitted, inMemory, limitsOf, sharedStores, times } from '../../support/rate-limit-stores.ts';
import { freshTables } from '../../support/tables.ts';

const limit = { requests: 3, windowSeconds: 86_400 };
const name = 'auth-per-address-and-email';
const count = (limits: RateLimits) => limits.count(name, 'a');

/** What is told of a limit that failures alone have used up: the rest of the window. */
function expectRest({ remaining, resetSeconds }: Usage): void {
  expect(remaining).toBe(0);
  const rest = limit.windowSeconds - ((Date.now() / 1_000) % limit.windowSeconds);
  expect(resetSeconds).toBeGreaterThanOrEqual(Math.max(1, rest));
  expect(resetSeconds).toBeLessThanOrEqual(rest + 10);
}

// The rest of the last seconds of a day would be a second too.
const places = [...sharedStores, { store: 'memory alone', open: inMemory, skipped: undefined }];
describe.each(places)('a limit of failures in $store', ({ open, skipped }) => {
  const run = it.skipIf(skipped !== undefined);

  /** Two containers; where there is memory alone, one. */
  async function openTwo(): Promise<[RateLimits, RateLimits]> {
    const store = await open();
    return [store.container(limit), store.container(limit)];
  }

  run('that requests under way have reached is open again after the second that it tells', async () => {
    const [here, there] = await openTwo();
    const underWay = [await count(here), await count(there), await count(here)];
    for (const limits of [here, there])
      expect((await count(limits)).usage).toMatchObject({ exceeded: true, remaining: 0, resetSeconds: 1 });
    await Promise.all(underWay.map(({ settle }) => settle(false)));
    // No condition: the second is what is promised.
    await wait(1_000);
    expect(await admitted([count(here), count(there)])).toBe(2);
  });

  run('that failures alone have reached says in every container when the window ends', async () => {
    const [here, there] = await openTwo();
    for (const limits of [here, there, here]) await (await count(limits)).settle(true);
    for (const limits of [here, there, here, there]) {
      const { usage } = await count(limits);
      expect(usage.exceeded).toBe(true);
      expectRest(usage);
    }
  });

  run('that failures have reached but for one under way does so once that has failed', async () => {
    const [here, there] = await openTwo();
    await (await count(here)).settle(true);
    const [second, last] = [await count(there), await count(here)];
    expect(await second.settle(true)).toMatchObject({ remaining: 1 });
    for (const limits of [here, there])
      expect((await count(limits)).usage).toMatchObject({ exceeded: true, resetSeconds: 1 });
    expectRest(await last.settle(true));
    // What was read of it is believed for a second.
    for (const limits of [here, there])
      await vi.waitUntil(async () => (await count(limits)).usage.resetSeconds > 1, { timeout: 3_000 });
    expectRest((await count(there)).usage);
  });

  run(
    'tells a failure that used up the last of it, while others are under way, to wait a second',
    async () => {
      const [here, there] = await openTwo();
      await count(here);
      await count(there);
      expect(await (await count(here)).settle(true)).toMatchObject({ remaining: 0, resetSeconds: 1 });
    },
  );
});

describe('a limit of failures in DynamoDB', () => {
  async function withAttempts(choose?: Parameters<typeof withFaults>[1]) {
    const { documents, prefix } = await freshTables();
    const faulty = withFaults(documents, choose);
    const rateLimits = limitsOf(limit);
    const deps = { rateLimitsTable: `${prefix}-rate_limits`, rateLimits, cacheUrl: undefined };
    return {
      container: () => createRateLimits({ ...deps, documents }),
      watched: createRateLimits({ ...deps, documents: faulty.documents }),
      calls: faulty.calls,
    };
  }

  it('writes twice for a request, whether it fails or not, and reads nothing', async () => {
    const { watched, calls } = await withAttempts();
    for (const failed of [true, false]) await (await count(watched)).settle(failed);
    expect(calls()).toEqual(times(4, () => 'UpdateItem'));
  });

  it('is read once a second, however many it refuses', async () => {
    const { container, watched, calls } = await withAttempts();
    const elsewhere = container();
    for (let n = 0; n < limit.requests; n += 1) await (await count(elsewhere)).settle(true);
    for (const reads of [1, 2]) {
      for (const { usage } of await Promise.all(times(500, () => count(watched)))) expectRest(usage);
      const made = calls();
      expect(made.filter((call) => call === 'GetItem')).toHaveLength(reads);
      expect(made.length).toBeLessThanOrEqual(reads * (limit.requests + 1));
      // The second that is promised.
      if (reads === 1) await wait(1_000);
    }
  });

  it('says a second where it cannot be read for load', async () => {
    const { container, watched } = await withAttempts(({ operation }) =>
      operation === 'GetItem' ? 'throttled' : undefined,
    );
    const elsewhere = container();
    for (let n = 0; n < limit.requests; n += 1) await (await count(elsewhere)).settle(true);
    expect((await count(watched)).usage).toMatchObject({ exceeded: true, resetSeconds: 1 });
  });
});
