import { describe, expect, it } from 'vitest';
import type { Measured } from '../../load/artillery.ts';
import { loadMetricsOf } from '../../load/metrics.ts';
import { profiles } from '../../load/profiles.ts';
import { reportOf } from '../../load/report.ts';
import type { LoadRun } from '../../load/run.ts';
import { summaryOf } from '../../load/summary.ts';
import { judge } from '../../load/verdict.ts';

const times = { count: 3, p50: 10, p95: 20, p99: 30, longest: 40 };

const measured = (counters: Record<string, number>, p99 = 30): Measured => ({
  live: [],
  periods: [
    { at: 0, counters: { 'order.taken': 30, 'answer.POST /order.202': 30 } },
    { at: 10_000, counters: { 'order.taken': 10, 'answer.POST /order.202': 10, ...counters } },
  ],
  times: { 'POST /order': { ...times, p99 } },
  seconds: 16,
});

const order = {
  id: 'o',
  customer_id: 'c',
  listed_under: 'c',
  lines: [{ product_id: 'p', quantity: 1, unit_price: 100 }],
  total: 100,
  created_at: '2026-12-12T00:00:00.000Z',
  decided_at: '2026-12-12T00:00:04.000Z',
};
const confirmed = { ...order, status: 'CONFIRMED' as const };
const rejected = { ...order, status: 'REJECTED' as const };

const run = (overrides: Partial<LoadRun> = {}): LoadRun => ({
  startedAt: 0,
  endedAt: 20_000,
  measured: measured({}),
  samples: [
    { at: 500, stock: 10, sold: 0 },
    { at: 1_000, stock: 4, sold: 6 },
  ],
  brokenOff: undefined,
  books: { products: [], orders: Array.from({ length: 40 }, () => confirmed) },
  bookFaults: [],
  ...overrides,
});

describe('the verdict on a load', () => {
  it('is that it passed when it came to its end with right books, within the thresholds', () => {
    expect(judge(run(), profiles.sale, true)).toMatchObject({ passed: true, reasons: [] });
  });

  it.each<[string, Partial<LoadRun>, RegExp]>([
    ['it broke off', { brokenOff: 'the store is gone' }, /the store is gone/],
    ['the books are wrong', { bookFaults: ['a unit is missing'] }, /a unit is missing/],
    ['an answer was a 5xx', { measured: measured({ 'answer.POST /order.503': 1 }) }, /1 answers were 5xx/],
    ['a request got no answer', { measured: measured({ 'lost.POST /order.ECONNRESET': 2 }) }, /ECONNRESET/],
    ['answers were slow', { measured: measured({}, 1_501) }, /POST \/order: p99 is 1501 ms/],
    ['nothing was confirmed', { books: { products: [], orders: [rejected] } }, /not one order was confirmed/],
    [
      'a request had an answer that is none of a store that sells',
      { measured: measured({ 'answer.POST /cart/add.404': 7 }) },
      /7 times POST \/cart\/add was answered 404/,
    ],
    [
      'orders were refused for a reason that a load does not give',
      { measured: measured({ 'refused.unauthenticated': 990 }) },
      /990 orders were refused as unauthenticated/,
    ],
  ])('is that it failed, and why, when %s', (_, difference, reason) => {
    const { passed, reasons } = judge(run(difference), profiles.sale, true);
    expect(passed).toBe(false);
    expect(reasons).toHaveLength(1);
    expect(reasons[0]).toMatch(reason);
  });

  it('is that it failed when nobody could cancel who came to cancel', () => {
    expect(judge(run(), profiles.quick, true).reasons).toEqual(['not one order was cancelled']);
    const cancelled = run({ measured: measured({ 'order.cancelled': 1 }) });
    expect(judge(cancelled, profiles.quick, true).passed).toBe(true);
  });

  it('lets a store on this machine, which shares its cores with the load, take its time', () => {
    const slow = run({ measured: measured({}, 1_501) });
    expect(judge(slow, profiles.sale, false).passed).toBe(true);
    expect(judge(run({ measured: measured({}, 90_001) }), profiles.sale, false).passed).toBe(false);
  });

  it('counts orders apart from refusals', () => {
    const figures = loadMetricsOf(measured({ 'refused.out_of_stock': 50, 'refused.rate_limited': 20 }));
    expect(figures).toMatchObject({
      taken: 40,
      refused: 70,
      refusals: { out_of_stock: 50, rate_limited: 20 },
    });
  });
});

describe('the figures of a load that broke off', () => {
  it('hold what workers have counted since the last full ten seconds', () => {
    const live = [
      { counters: { 'order.taken': 45, 'refused.out_of_stock': 3 }, buyers: [] },
      { counters: { 'order.taken': 5 }, buyers: [] },
    ];
    expect(loadMetricsOf({ ...measured({}), live })).toMatchObject({ taken: 50, refused: 3 });
  });

  it('hold what was counted elsewhere where workers are elsewhere', () => {
    expect(loadMetricsOf({ ...measured({}), live: [] })).toMatchObject({ taken: 40 });
  });
});

describe('what is shown of a load', () => {
  it('in the terminal fits one screen, with the verdict and its reasons', () => {
    const bookFaults = Array.from({ length: 300 }, (_, n) => `fault ${n}`);
    const summary = summaryOf(judge(run({ bookFaults }), profiles.sale, true), '/tmp/report.html');
    expect(summary.split('\n').length).toBeLessThan(45);
    expect(summary).toContain('FAILED\n  fault 0');
    expect(summary).toContain('accepted  40 orders, 10/s');
  });

  it('calls accepted what was confirmed, and nothing that was rejected later', () => {
    const orders = [
      ...Array.from({ length: 10 }, () => confirmed),
      ...Array.from({ length: 30 }, () => rejected),
    ];
    const summary = summaryOf(judge(run({ books: { products: [], orders } }), profiles.sale, true), '');
    expect(summary).toMatch(/accepted {2}10 orders.*\nrejected {2}30 orders/);
  });

  it('is no trouble for a load of two hundred thousand orders', () => {
    const orders = Array.from({ length: 200_000 }, () => confirmed);
    expect(judge(run({ books: { products: [], orders } }), profiles.sale, true).sale?.confirmed).toBe(
      200_000,
    );
  });

  it('as HTML has a chart of stock and sold, and no markup that came from a store', () => {
    const broken = run({ brokenOff: '<script>alert(1)</script>' });
    const page = reportOf(broken, judge(broken, profiles.sale, true), {
      profile: 'quick',
      target: 'http://store.example/?a&b',
      machine: 'one',
    });
    expect(page).toMatch(/<svg.*sold.*<\/svg>/s);
    expect(page).toContain('&#60;script&#62;alert(1)');
    expect(page).not.toContain('<script');
  });
});
