import { type LoadMetrics, loadMetricsOf } from './metrics.ts';
import type { Profile, ProfileName } from './profiles.ts';
import { type BookedOrder, misplacedUnits } from './reconciliation.ts';
import type { LoadRun } from './run.ts';
import { exceeded } from './thresholds.ts';

/** What a load comes down to. */
export interface Verdict {
  readonly passed: boolean;
  /** Each reason why not. */
  readonly reasons: readonly string[];
  readonly figures: LoadMetrics;
  /** From the first answer to the last, as clients saw it. */
  readonly seconds: number;
  readonly sale: Sale | undefined;
}

/** What the books say; undefined where they could not be read. */
export interface Sale {
  readonly orders: number;
  readonly confirmed: number;
  readonly rejected: number;
  readonly cancelled: number;
  readonly units: number;
  readonly oversold: number;
  readonly lost: number;
  /** From the first order to the last decision. */
  readonly seconds: number;
}

/** Judges a load: it must have come to its end, with orders in right books, within the thresholds. */
export function judge(run: LoadRun, profile: Profile, isDeployed: boolean): Verdict {
  const figures = loadMetricsOf(run.measured);
  const sale = saleOf(run);
  const reasons = [
    ...(run.brokenOff === undefined ? [] : [`broken off: ${run.brokenOff}`]),
    ...(sale?.confirmed === 0 ? ['not one order was confirmed'] : []),
    ...(profile.cancels && run.brokenOff === undefined && figures.cancelled === 0
      ? ['not one order was cancelled']
      : []),
    ...run.bookFaults,
    ...exceeded(figures, profile, isDeployed),
  ];
  return { passed: reasons.length === 0, reasons, figures, seconds: run.measured.seconds, sale };
}

function saleOf({ books }: LoadRun): Sale | undefined {
  if (books === undefined) return undefined;
  const count = (wanted: BookedOrder['status']) =>
    books.orders.filter(({ status }) => status === wanted).length;
  const confirmed = books.orders.filter(({ status }) => status === 'CONFIRMED');
  const units = confirmed.flatMap(({ lines }) => lines).reduce((sum, { quantity }) => sum + quantity, 0);
  let begun = Number.POSITIVE_INFINITY;
  let decided = 0;
  for (const { created_at, decided_at } of books.orders) {
    begun = Math.min(begun, Date.parse(created_at));
    decided = Math.max(decided, Date.parse(decided_at ?? created_at));
  }
  return {
    orders: books.orders.length,
    confirmed: confirmed.length,
    rejected: count('REJECTED'),
    cancelled: count('CANCELLED'),
    units,
    ...misplacedUnits(books),
    seconds: Math.max(0, decided - begun) / 1_000,
  };
}

export interface Described {
  readonly profile: ProfileName;
  readonly target: string;
  readonly machine: string;
}
