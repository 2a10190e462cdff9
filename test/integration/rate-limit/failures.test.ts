import { setTimeout as wait } from 'node:timers/promises';
import { describe, expect, it, vi } from 'vitest';
import { systemClock } from '../../../lib/platform/clock.ts';
import { createRateLimits, type RateLimits, type Usage } from '../../../lib/rate-limit/rate-limits.ts';
import { withFaults } from '../../support/database/fault-injection.ts';
import { freshTables } from '../../support/database/tables.ts';
import { allowedCount, inMemory, limitsOf, sharedStores, times } from '../../support/fixtures/rate-limit-stores.ts';

const limit = { requests: 3, windowSeconds: 86_400 };
const name = 'auth-per-address-and-email';
const count = (limits: RateLimits) => limits.count(name, 'a');

/** Expects the usage of a limit that failures alone have used up: it resets with the window. */
function expectUsedUp({ remaining, resetSeconds }: Usage): void {
  expect(remaining).toBe(0);
  const secondsLeft = limit.windowSeconds - ((Date.now() / 1_000) % limit.windowSeconds);
  expect(resetSeconds).toBeGreaterThanOrEqual(Math.max(1, secondsLeft));
  expect(resetSeconds).toBeLessThanOrEqual(secondsLeft + 10);
}

const stores = [...sharedStores, { store: 'memory only', open: inMemory, skipped: undefined }];
describe.each(stores)('rateLimits that count failures in $store', ({ open, skipped }) => {
  const run = it.skipIf(skipped !== undefined);

  /** Two containers. With memory only, both are the same one. */
  async function openTwo(): Promise<[RateLimits, RateLimits]> {
    const store = await open();
    return [store.container(limit), store.container(limit)];
  }

  run('admits requests a second after requests in flight have used up the limit and succeeded', async () => {
    const [here, there] = await openTwo();
    const inFlight = [await count(here), await count(there), await count(here)];
    for (const limits of [here, there])
      expect((await count(limits)).usage).toMatchObject({ exceeded: true, remaining: 0, resetSeconds: 1 });
    await Promise.all(inFlight.map(({ finish }) => finish(false)));
    // A fixed wait: `resetSeconds` is the promise under test.
    await wait(1_000);
    expect(await allowedCount([count(here), count(there)])).toBe(2);
  });

  run('reports the end of the window in every container once failures alone use up the limit', async () => {
    const [here, there] = await openTwo();
    for (const limits of [here, there, here]) await (await count(limits)).finish(true);
    for (const limits of [here, there, here, there]) {
      const { usage } = await count(limits);
      expect(usage.exceeded).toBe(true);
      expectUsedUp(usage);
    }
  });

  run('reports the end of the window once the last request in flight has failed', async () => {
    const [here, there] = await openTwo();
    await (await count(here)).finish(true);
    const [second, last] = [await count(there), await count(here)];
    expect(await second.finish(true)).toMatchObject({ remaining: 1 });
    for (const limits of [here, there])
      expect((await count(limits)).usage).toMatchObject({ exceeded: true, resetSeconds: 1 });
    expectUsedUp(await last.finish(true));
    // Containers cache the failure count for a second.
    for (const limits of [here, there])
      await vi.waitUntil(async () => (await count(limits)).usage.resetSeconds > 1, { timeout: 3_000 });
    expectUsedUp((await count(there)).usage);
  });

  run('reports one second to a failed request while others in flight use up the limit', async () => {
    const [here, there] = await openTwo();
    await count(here);
    await count(there);
    expect(await (await count(here)).finish(true)).toMatchObject({ remaining: 0, resetSeconds: 1 });
  });
});

describe('rateLimits that count failures in DynamoDB', () => {
  async function withAttempts(choose?: Parameters<typeof withFaults>[1]) {
    const { documents, prefix } = await freshTables();
    const faulty = withFaults(documents, choose);
    const rateLimits = limitsOf(limit);
    const deps = {
      rateLimitsTable: `${prefix}-rate_limits`,
      rateLimits,
      cacheUrl: undefined,
      clock: systemClock,
    };
    return {
      container: () => createRateLimits({ ...deps, documents }),
      watched: createRateLimits({ ...deps, documents: faulty.documents }),
      calls: faulty.calls,
    };
  }

  it('writes twice per request, failed or not, and reads nothing', async () => {
    const { watched, calls } = await withAttempts();
    for (const failed of [true, false]) await (await count(watched)).finish(failed);
    expect(calls()).toEqual(times(4, () => 'UpdateItem'));
  });

  it('reads once a second, however many requests exceed the limit', async () => {
    const { container, watched, calls } = await withAttempts();
    const elsewhere = container();
    for (let n = 0; n < limit.requests; n += 1) await (await count(elsewhere)).finish(true);
    for (const reads of [1, 2]) {
      for (const { usage } of await Promise.all(times(500, () => count(watched)))) expectUsedUp(usage);
      const made = calls();
      expect(made.filter((call) => call === 'GetItem')).toHaveLength(reads);
      expect(made.length).toBeLessThanOrEqual(reads * (limit.requests + 1));
      // A fixed wait: one read a second is the promise under test.
      if (reads === 1) await wait(1_000);
    }
  });

  it('reports one second when the read is throttled', async () => {
    const { container, watched } = await withAttempts(({ operation }) =>
      operation === 'GetItem' ? 'throttled' : undefined,
    );
    const elsewhere = container();
    for (let n = 0; n < limit.requests; n += 1) await (await count(elsewhere)).finish(true);
    expect((await count(watched)).usage).toMatchObject({ exceeded: true, resetSeconds: 1 });
  });
});
