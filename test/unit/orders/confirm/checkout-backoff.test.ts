import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { checkoutBackoff } from '../../../../lib/orders/confirm/checkout-backoff.ts';

/** The shortest and the longest wait after this number of conflicts. */
async function waits(conflicts: number): Promise<{ from: number; to: number }> {
  const measure = async (random: number) => {
    vi.spyOn(Math, 'random').mockReturnValue(random);
    const before = Date.now();
    const waiting = checkoutBackoff(conflicts);
    await vi.runAllTimersAsync();
    await waiting;
    return Date.now() - before;
  };
  return { from: await measure(0), to: await measure(1) };
}

describe('checkoutBackoff', () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
    vi.restoreAllMocks();
  });

  it('waits longest after the second conflict, then ever shorter', async () => {
    const all = [];
    for (let conflicts = 1; conflicts <= 6; conflicts += 1) all.push(await waits(conflicts));
    const [first, second, ...later] = all;
    expect(second?.from).toBeGreaterThan(10 * (first?.to ?? Number.POSITIVE_INFINITY));
    let longest = second?.to ?? 0;
    for (const { to } of later) {
      expect(to).toBeLessThan(longest);
      longest = to;
    }
  });

  it('keeps the last wait for all further conflicts', async () => {
    expect(await waits(39)).toEqual(await waits(6));
  });

  it('spreads the waits of concurrent checkouts', async () => {
    const { from, to } = await waits(2);
    expect(to).toBeGreaterThan(2 * from);
  });
});
