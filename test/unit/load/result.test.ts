import { describe, expect, it } from 'vitest';
import type { Measured } from '../../load/artillery.ts';
import { loadMetricsOf } from '../../load/metrics.ts';
import { profiles } from '../../load/profiles.ts';
import { evaluate } from '../../load/result.ts';
import type { LoadRun } from '../../load/run.ts';

const measured = (counters: Record<string, number>, p99 = 30): Measured => ({
  live: [],
  periods: [
    { at: 0, counters: { 'order.accepted': 30, 'response.POST /order.202': 30 } },
    { at: 10_000, counters: { 'order.accepted': 10, 'response.POST /order.202': 10, ...counters } },
  ],
  times: { 'POST /order': { count: 3, p50: 10, p95: 20, p99, max: 40 } },
  seconds: 16,
});

const confirmed = {
  id: 'o',
  customer_id: 'c',
  listed_under: 'c',
  status: 'CONFIRMED' as const,
  lines: [{ product_id: 'p', quantity: 1, unit_price: 100 }],
  total: 100,
  created_at: '2026-12-12T00:00:00.000Z',
  decided_at: '2026-12-12T00:00:04.000Z',
};
const rejected = { ...confirmed, status: 'REJECTED' as const };

const run = (overrides: Partial<LoadRun> = {}): LoadRun => ({
  startedAt: 0,
  endedAt: 20_000,
  measured: measured({}),
  samples: [],
  aborted: undefined,
  ledger: { products: [], orders: Array.from({ length: 40 }, () => confirmed) },
  discrepancies: [],
  ...overrides,
});

describe('evaluate', () => {
  it('passes a complete load without discrepancies within the thresholds', () => {
    expect(evaluate(run(), profiles.sale, true)).toMatchObject({ passed: true, failures: [] });
  });

  it.each<[string, Partial<LoadRun>, RegExp]>([
    ['the load was aborted', { aborted: 'the service stopped' }, /the service stopped/],
    ['orders do not reconcile', { discrepancies: ['A unit is missing'] }, /A unit is missing/],
    ['a response was 5xx', { measured: measured({ 'response.POST /order.503': 1 }) }, /1 responses had a 5xx/],
    ['a request got no response', { measured: measured({ 'no_response.POST /order.ECONNRESET': 2 }) }, /ECONNRESET/],
    ['responses were slow', { measured: measured({}, 1_501) }, /POST \/order: p99 is 1501 ms/],
    ['no order was confirmed', { ledger: { products: [], orders: [rejected] } }, /No order was confirmed/],
    [
      'a request had an unexpected status',
      { measured: measured({ 'response.POST /cart/add.404': 7 }) },
      /POST \/cart\/add: 7 unexpected responses with status 404/,
    ],
    [
      'order requests were rejected with an unexpected code',
      { measured: measured({ 'rejected.unauthenticated': 990 }) },
      /990 order requests were rejected with unexpected code unauthenticated/,
    ],
  ])('fails with one reason when %s', (_, difference, reason) => {
    const { passed, failures } = evaluate(run(difference), profiles.sale, true);
    expect(passed).toBe(false);
    expect(failures).toEqual([expect.stringMatching(reason)]);
  });

  it('fails when no order was cancelled in a profile with cancellations', () => {
    expect(evaluate(run(), profiles.quick, true).failures).toEqual(['No order was cancelled.']);
    const cancelled = run({ measured: measured({ 'order.cancelled': 1 }) });
    expect(evaluate(cancelled, profiles.quick, true).passed).toBe(true);
  });

  it('allows a local service longer response times, up to a limit', () => {
    const slow = run({ measured: measured({}, 1_501) });
    expect(evaluate(slow, profiles.sale, false).passed).toBe(true);
    expect(evaluate(run({ measured: measured({}, 90_001) }), profiles.sale, false).passed).toBe(false);
  });
});

describe('loadMetricsOf', () => {
  it('includes what workers counted since the last complete period', () => {
    const live = [
      { counters: { 'order.accepted': 45, 'rejected.out_of_stock': 3 }, buyers: [] },
      { counters: { 'order.accepted': 5 }, buyers: [] },
    ];
    expect(loadMetricsOf({ ...measured({}), live })).toMatchObject({ accepted: 50, rejected: 3 });
  });

  it('uses complete periods when workers run on other machines', () => {
    expect(loadMetricsOf({ ...measured({}), live: [] })).toMatchObject({ accepted: 40 });
  });
});
