import type { Measured, Period, Times } from './artillery.ts';
import type { Reported } from './reconciliation.ts';

const periodSeconds = 10;

/** The figures of a load. */
export interface LoadMetrics {
  /** Orders with response 201 or 202. Some of the latter are rejected later. */
  readonly accepted: number;
  /** Order requests with a 4xx response. */
  readonly rejected: number;
  /** Rejected requests by error code. */
  readonly rejections: Readonly<Record<string, number>>;
  readonly retried: number;
  readonly cancelled: number;
  /** Number of responses by request and status. */
  readonly responses: readonly { request: string; status: number; count: number }[];
  /** Responses with a 5xx status. */
  readonly serverErrors: number;
  /** Requests without a response. */
  readonly unanswered: number;
  readonly unansweredReasons: string;
  readonly times: Readonly<Record<string, Times>>;
}

type Counters = Readonly<Record<string, number>>;

const sumOf = (counters: Counters, wanted: RegExp): number =>
  Object.entries(counters).reduce((sum, [name, count]) => (wanted.test(name) ? sum + count : sum), 0);

const withoutPrefix = (counters: Counters, prefix: string): Record<string, number> =>
  Object.fromEntries(
    Object.entries(counters).flatMap(([name, count]) =>
      name.startsWith(prefix) ? [[name.slice(prefix.length), count]] : [],
    ),
  );

function sumCounters(all: readonly Counters[]): Record<string, number> {
  const totals: Record<string, number> = {};
  for (const counters of all) {
    for (const [name, count] of Object.entries(counters)) totals[name] = (totals[name] ?? 0) + count;
  }
  return totals;
}

/**
 * Returns the higher count of both sources. Periods lag behind during a load; live counts lag behind at its end and are
 * missing if the workers run on other machines.
 */
function totalsOf({ periods, live }: Measured): Counters {
  const totals = sumCounters(live.map(({ counters }) => counters));
  for (const [name, count] of Object.entries(sumCounters(periods.map(({ counters }) => counters))))
    totals[name] = Math.max(count, totals[name] ?? 0);
  return totals;
}

/** Returns accepted and rejected order requests per second of a period. */
export const ratesOf = ({ counters }: Period) => ({
  accepted: sumOf(counters, /^order\.accepted$/) / periodSeconds,
  rejected: sumOf(counters, /^rejected\./) / periodSeconds,
});

export function loadMetricsOf(measured: Measured): LoadMetrics {
  const totals = totalsOf(measured);
  return {
    accepted: sumOf(totals, /^order\.accepted$/),
    rejected: sumOf(totals, /^rejected\./),
    rejections: withoutPrefix(totals, 'rejected.'),
    retried: sumOf(totals, /^order\.retried$/),
    cancelled: sumOf(totals, /^order\.cancelled$/),
    responses: responsesIn(totals),
    serverErrors: sumOf(totals, /^response\..*\.5\d\d$/),
    unanswered: sumOf(totals, /^no_response\./),
    unansweredReasons: Object.keys(withoutPrefix(totals, 'no_response.')).join(', '),
    times: measured.times,
  };
}

const responsesIn = (totals: Counters) =>
  Object.entries(withoutPrefix(totals, 'response.')).map(([response, count]) => {
    const dot = response.lastIndexOf('.');
    return { request: response.slice(0, dot), status: Number(response.slice(dot + 1)), count };
  });

/** Returns what the responses reported, for reconciliation. */
export function reportedBy(measured: Measured): Reported {
  const totals = totalsOf(measured);
  const count = (name: string) => totals[`order.${name}`] ?? 0;
  return {
    accepted: count('accepted'),
    soldOut: Object.keys(withoutPrefix(totals, 'sold_out.')),
    unknown: count('unknown'),
    cancelled: count('cancelled'),
    cancelUnknown: count('cancel_unknown'),
    mismatched: count('mismatched'),
    cancelledTwice: count('cancelled_twice'),
  };
}
