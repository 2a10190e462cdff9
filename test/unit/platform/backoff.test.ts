import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { backoff } from '../../../lib/platform/backoff.ts';

describe('backoff', () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it('waits at most base × 2^attempt and at most the cap', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 0, max: 60 }),
        fc.integer({ min: 1, max: 50 }),
        fc.integer({ min: 1, max: 500 }),
        async (attempt, baseMs, capMs) => {
          const wait = backoff(attempt, baseMs, capMs);
          expect(vi.getTimerCount()).toBe(1);
          vi.advanceTimersByTime(Math.min(capMs, baseMs * 2 ** attempt));
          expect(vi.getTimerCount()).toBe(0);
          await wait;
        },
      ),
    );
  });

  it('spreads concurrent callers over the whole interval', async () => {
    const ended: number[] = [];
    const start = Date.now();
    const waits = Array.from({ length: 200 }, () => backoff(4, 10, 500).then(() => ended.push(Date.now() - start)));
    await vi.advanceTimersByTimeAsync(160);
    await Promise.all(waits);
    const quarters = [0, 1, 2, 3].map((n) => ended.filter((ms) => Math.min(3, Math.floor(ms / 40)) === n).length);
    // Each quarter has 50 on average; fewer than 20 has a probability below one in a million.
    expect(Math.min(...quarters)).toBeGreaterThan(20);
  });
});
