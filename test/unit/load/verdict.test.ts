import { describe, expect, it } from 'vitest';
import type { Measured } from '../../load/artillery.ts';
import { figuresOf } from '../../load/figures.ts';
import { reportOf } from '../../load/report.ts';
import type { LoadRun } from '../../load/run.ts';
import { summaryOf } from '../../load/summary.ts';
import { judge } from '../../load/verdict.ts';

const times = { count: 3, p50: 10, p95: 20, p99: 30, longest: 40 };

const measured = (counters: Record<string, number>, p99 = 30): Measured => ({
  live: [],
  periods: [
    { at: 0, counters: { 'order.accepted': 30, 'answer.POST /order.202': 30 } },
    { at: 10_000, counters: { 'order.accepted': 10, 'answer.POST /order.202': 10, ...counters } },
  ],
  times: { 'POST /order': { ...times, p99 } },
  seconds: 16,
});

const run = (overrides: Partial<LoadRun> = {}): LoadRun => ({
  startedAt: 0,
  endedAt: 20_000,
  measured: measured({}),
  samples: [
    { at: 500, stock: 10, sold: 0 },
    { at: 1_000, stock: 4, sold: 6 },
  ],
  brokenOff: undefined,
  books: { products: [], orders: [] },
  bookFaults: [],
  ...overrides,
});

describe('the verdict on a load', () => {
  it('is that it passed when it came to its end with right books, within the thresholds', () => {
    expect(judge(run(), 'deployed')).toMatchObject({ passed: true, reasons: [] });
  });

  it.each<[string, Partial<LoadRun>, RegExp]>([
    ['it broke off', { brokenOff: 'the store is gone' }, /the store is gone/],
    ['the books are wrong', { bookFaults: ['a unit is missing'] }, /a unit is missing/],
    ['an answer was a 5xx', { measured: measured({ 'answer.POST /order.503': 1 }) }, /1 answers were 5xx/],
    ['a request got no answer', { measured: measured({ 'lost.POST /order.ECONNRESET': 2 }) }, /ECONNRESET/],
    ['answers were slow', { measured: measured({}, 1_501) }, /POST \/order: p99 is 1501 ms/],
    ['nothing was accepted', { measured: { live: [], periods: [], times: {}, seconds: 0 } }, /not one order/],
  ])('is that it failed, and why, when %s', (_, difference, reason) => {
    const { passed, reasons } = judge(run(difference), 'deployed');
    expect(passed).toBe(false);
    expect(reasons).toHaveLength(1);
    expect(reasons[0]).toMatch(reason);
  });

  it('counts accepted orders apart from refusals', () => {
    const figures = figuresOf(measured({ 'refused.out_of_stock': 50, 'refused.rate_limited': 20 }));
    expect(figures).toMatchObject({
      accepted: 40,
      peakAcceptedPerSecond: 3,
      refused: 70,
      peakRefusedPerSecond: 7,
      refusals: { out_of_stock: 50, rate_limited: 20 },
    });
  });
});

describe('the figures of a load that broke off', () => {
  it('hold what workers have counted since the last full ten seconds', () => {
    const live = [
      { counters: { 'order.accepted': 45, 'refused.out_of_stock': 3 }, buyers: [] },
      { counters: { 'order.accepted': 5 }, buyers: [] },
    ];
    expect(figuresOf({ ...measured({}), live })).toMatchObject({ accepted: 50, refused: 3 });
  });

  it('hold what was counted elsewhere where workers are elsewhere', () => {
    expect(figuresOf({ ...measured({}), live: [] })).toMatchObject({ accepted: 40 });
  });
});

describe('what is shown of a load', () => {
  it('in the terminal fits one screen, with the verdict and its reasons', () => {
    const bookFaults = Array.from({ length: 300 }, (_, n) => `fault ${n}`);
    const summary = summaryOf(judge(run({ bookFaults }), 'deployed'), '/tmp/report.html');
    expect(summary.split('\n').length).toBeLessThan(45);
    expect(summary).toContain('FAILED\n  fault 0');
    expect(summary).toContain('accepted  40 orders, 3/s');
  });

  it('as HTML has a chart of stock and sold, and no markup that came from a store', () => {
    const broken = run({ brokenOff: '<script>alert(1)</script>' });
    const page = reportOf(broken, judge(broken, 'deployed'), {
      profile: 'quick',
      target: 'http://store.example/?a&b',
      machine: 'one',
    });
    expect(page).toMatch(/<svg.*sold.*<\/svg>/s);
    expect(page).toContain('&#60;script&#62;alert(1)');
    expect(page).not.toContain('<script');
  });
});
