import type { Measured, Period, Times } from './artillery.ts';
import type { Told } from './books.ts';

const periodSeconds = 10;

/** A load in numbers. */
export interface Figures {
  readonly requests: number;
  readonly accepted: number;
  readonly refused: number;
  /** Refusals by the error's code. */
  readonly refusals: Readonly<Record<string, number>>;
  readonly repeated: number;
  readonly cancelled: number;
  /** Answers with a status of 500 and more. */
  readonly serverErrors: number;
  /** Requests without an answer. */
  readonly lost: number;
  readonly lostWhy: string;
  /** The most in ten seconds, a second. */
  readonly peakAcceptedPerSecond: number;
  readonly peakRefusedPerSecond: number;
  readonly times: Readonly<Record<string, Times>>;
}

type Counters = Readonly<Record<string, number>>;

const sumOf = (counters: Counters, wanted: RegExp): number =>
  Object.entries(counters).reduce((sum, [name, count]) => (wanted.test(name) ? sum + count : sum), 0);

const named = (counters: Counters, prefix: string): Record<string, number> =>
  Object.fromEntries(
    Object.entries(counters).flatMap(([name, count]) =>
      name.startsWith(prefix) ? [[name.slice(prefix.length), count]] : [],
    ),
  );

function added(all: readonly Counters[]): Record<string, number> {
  const totals: Record<string, number> = {};
  for (const counters of all) {
    for (const [name, count] of Object.entries(counters)) totals[name] = (totals[name] ?? 0) + count;
  }
  return totals;
}

/** All that was counted. Periods are behind while a load goes on, live counts at its end and where there are none. */
function totalsOf({ periods, live }: Measured): Counters {
  const totals = added(live.map(({ counters }) => counters));
  for (const [name, count] of Object.entries(added(periods.map(({ counters }) => counters))))
    totals[name] = Math.max(count, totals[name] ?? 0);
  return totals;
}

/** Accepted orders and refused requests of a period, a second. */
export const ratesOf = ({ counters }: Period) => ({
  accepted: sumOf(counters, /^order\.accepted$/) / periodSeconds,
  refused: sumOf(counters, /^refused\./) / periodSeconds,
});

export function figuresOf(measured: Measured): Figures {
  const totals = totalsOf(measured);
  const rates = measured.periods.map(ratesOf);
  return {
    requests: sumOf(totals, /^answer\./) + sumOf(totals, /^lost\./),
    accepted: sumOf(totals, /^order\.accepted$/),
    refused: sumOf(totals, /^refused\./),
    refusals: named(totals, 'refused.'),
    repeated: sumOf(totals, /^order\.repeated$/),
    cancelled: sumOf(totals, /^order\.cancelled$/),
    serverErrors: sumOf(totals, /^answer\..*\.5\d\d$/),
    lost: sumOf(totals, /^lost\./),
    lostWhy: Object.keys(named(totals, 'lost.')).join(', '),
    peakAcceptedPerSecond: Math.max(0, ...rates.map(({ accepted }) => accepted)),
    peakRefusedPerSecond: Math.max(0, ...rates.map(({ refused }) => refused)),
    times: measured.times,
  };
}

/** What clients were told, for the books. */
export function toldBy(measured: Measured): Told {
  const totals = totalsOf(measured);
  const count = (name: string) => totals[`order.${name}`] ?? 0;
  return {
    accepted: count('accepted'),
    unknown: count('unknown'),
    cancelled: count('cancelled'),
    cancelUnknown: count('cancel_unknown'),
    contradicted: count('contradicted'),
    cancelledTwice: count('cancelled_twice'),
  };
}
