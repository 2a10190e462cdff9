import { randomUUID } from 'node:crypto';
import { describe, expect, it, vi } from 'vitest';
import type { RateLimits } from '../../../lib/rate-limit/rate-limits.ts';
import { allowedCount, sharedStores, times } from '../../support/fixtures/rate-limit-stores.ts';

const day = 86_400;
const name = 'auth-per-email';
const soon = { interval: 20, timeout: 5_000 };
const usageOf = async (limits: RateLimits, subject = 'a') => (await limits.count(name, subject)).usage;

describe.each(sharedStores)('rateLimits in $store', ({ open, skipped }) => {
  const run = it.skipIf(skipped !== undefined);

  run.each(['orders-per-account', 'auth-per-email', 'auth-per-address-and-email'] as const)(
    'admits exactly the limit of 1,000 concurrent requests in two containers: %s',
    async (limit) => {
      const store = await open();
      const containers = times(2, () => store.container({ requests: 10, windowSeconds: day }));
      const counts = containers.flatMap((limits) => times(500, () => limits.count(limit, 'shopper')));
      expect(await allowedCount(counts)).toBe(10);
    },
  );

  run('counts each subject and each limit separately', async () => {
    const limits = (await open()).container({ requests: 1, windowSeconds: day });
    const first = await usageOf(limits, 'a@example.com');
    expect(first).toMatchObject({ exceeded: false, remaining: 0, requests: 1, windowSeconds: day });
    expect(await usageOf(limits, 'a@example.com')).toMatchObject({ exceeded: true });
    expect(await usageOf(limits, 'b@example.com')).toMatchObject({ exceeded: false });
    const other = await limits.count('auth-per-address', 'a@example.com');
    expect(other.usage).toMatchObject({ exceeded: false });
  });

  run('uncounts requests that did not fail, also at the limit', async () => {
    const limits = (await open()).container({ requests: 2, windowSeconds: day });
    for (let round = 0; round < 5; round += 1) {
      const [one, other] = [await limits.count(name, 'a'), await limits.count(name, 'a')];
      expect(other.usage).toMatchObject({ exceeded: false, remaining: 0 });
      expect(await other.finish(false)).toMatchObject({ remaining: 1 });
      await one.finish(false);
    }
  });

  run('uncounts nothing for a limit that counts every request', async () => {
    const limits = (await open()).container({ requests: 2, windowSeconds: day });
    for (const remaining of [1, 0]) {
      const count = await limits.count('auth-per-address', 'a');
      expect(await count.finish(false)).toMatchObject({ remaining });
    }
    expect(await limits.count('auth-per-address', 'a')).toMatchObject({ usage: { exceeded: true } });
  });

  run('finishes a request in the window that counted it, not in the next one', async ({ onTestFinished }) => {
    vi.useFakeTimers({ toFake: ['Date'], now: Math.floor(Date.now() / 86_400_000) * 86_400_000 });
    onTestFinished(() => {
      vi.useRealTimers();
    });
    const limits = (await open()).container({ requests: 2, windowSeconds: day });
    const late = await limits.count(name, 'a');
    vi.setSystemTime(Date.now() + 86_400_000);
    expect((await late.finish(false)).remaining).toBeLessThanOrEqual(2);
    expect(await allowedCount(times(5, () => limits.count(name, 'a')))).toBe(2);
  });

  run('does not count rejected requests, so that uncounted ones make room again', async () => {
    const store = await open();
    const containers = times(2, () => store.container({ requests: 2, windowSeconds: day }));
    const floods = containers.map((limits) => times(20, () => limits.count(name, 'a')));
    const counts = (await Promise.all(floods.flat())).filter(({ usage }) => !usage.exceeded);
    expect(counts).toHaveLength(2);
    for (const { finish } of counts) await finish(false);
    for (const limits of containers)
      await vi.waitUntil(async () => {
        const count = await limits.count(name, 'a');
        if (!count.usage.exceeded) await count.finish(false);
        return !count.usage.exceeded;
      }, soon);
  });

  run('admits a subject over the limit again in the next window', async () => {
    const limits = (await open()).container({ requests: 1, windowSeconds: 1 });
    await vi.waitUntil(async () => (await usageOf(limits)).exceeded, soon);
    await vi.waitUntil(async () => !(await usageOf(limits)).exceeded, soon);
  });

  run('reports the seconds until the window ends', async () => {
    const limits = (await open()).container({ requests: 1, windowSeconds: 60 });
    const { resetSeconds } = await usageOf(limits);
    expect(resetSeconds).toBeGreaterThan(0);
    expect(resetSeconds).toBeLessThanOrEqual(60);
  });

  run('stores a hash instead of the subject', async () => {
    const store = await open();
    const subject = `${randomUUID()}@example.com`;
    const count = await store.container({ requests: 1, windowSeconds: day }).count(name, subject);
    await count.finish(true);
    const keys = await store.keys();
    expect(keys.filter((key) => key.includes(name))).toHaveLength(2);
    expect(keys.join()).not.toContain(subject.slice(0, 8));
  });
});
