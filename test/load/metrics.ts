import type { Measured, Period, Times } from './artillery.ts';
import type { Reported } from './reconciliation.ts';

const periodSeconds = 10;

/** A load in numbers. */
export interface LoadMetrics {
  readonly requests: number;
  /** Orders that were answered 201 or 202; of the latter some are rejected later. */
  readonly taken: number;
  readonly refused: number;
  /** Refusals by the error's code. */
  readonly refusals: Readonly<Record<string, number>>;
  readonly repeated: number;
  readonly cancelled: number;
  /** How many times each request was answered with each status. */
  readonly answers: readonly { request: string; status: number; count: number }[];
  /** Answers with a status of 500 and more. */
  readonly serverErrors: number;
  /** Requests without an answer. */
  readonly lost: number;
  readonly lostWhy: string;
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

/** Orders taken and requests refused in a period, a second. */
export const ratesOf = ({ counters }: Period) => ({
  taken: sumOf(counters, /^order\.taken$/) / periodSeconds,
  refused: sumOf(counters, /^refused\./) / periodSeconds,
});

export function loadMetricsOf(measured: Measured): LoadMetrics {
  const totals = totalsOf(measured);
  return {
    requests: sumOf(totals, /^answer\./) + sumOf(totals, /^lost\./),
    taken: sumOf(totals, /^order\.taken$/),
    refused: sumOf(totals, /^refused\./),
    refusals: named(totals, 'refused.'),
    repeated: sumOf(totals, /^order\.repeated$/),
    cancelled: sumOf(totals, /^order\.cancelled$/),
    answers: answersIn(totals),
    serverErrors: sumOf(totals, /^answer\..*\.5\d\d$/),
    lost: sumOf(totals, /^lost\./),
    lostWhy: Object.keys(named(totals, 'lost.')).join(', '),
    times: measured.times,
  };
}

const answersIn = (totals: Counters) =>
  Object.entries(named(totals, 'answer.')).map(([answer, count]) => {
    const dot = answer.lastIndexOf('.');
    return { request: answer.slice(0, dot), status: Number(answer.slice(dot + 1)), count };
  });

/** What clients were told, for the books. */
export function toldBy(measured: Measured): Reported {
  const totals = totalsOf(measured);
  const count = (name: string) => totals[`order.${name}`] ?? 0;
  return {
    taken: count('taken'),
    short: Object.keys(named(totals, 'short.')),
    unknown: count('unknown'),
    cancelled: count('cancelled'),
    cancelUnknown: count('cancel_unknown'),
    contradicted: count('contradicted'),
    cancelledTwice: count('cancelled_twice'),
  };
}
