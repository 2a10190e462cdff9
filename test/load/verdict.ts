import { type BookedOrder, misplacedUnits } from './books.ts';
import { type Figures, figuresOf } from './figures.ts';
import type { ProfileName } from './profiles.ts';
import type { LoadRun } from './run.ts';
import { exceeded, type thresholds } from './thresholds.ts';

/** What a load comes down to. */
export interface Verdict {
  readonly passed: boolean;
  /** Each reason why not. */
  readonly reasons: readonly string[];
  readonly figures: Figures;
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

/** Judges a load: it must have come to its end, with right books, within the thresholds. */
export function judge(run: LoadRun, kind: keyof typeof thresholds.p99Ms): Verdict {
  const figures = figuresOf(run.measured);
  const reasons = [
    ...(run.brokenOff === undefined ? [] : [`broken off: ${run.brokenOff}`]),
    ...(figures.accepted === 0 ? ['not one order was accepted'] : []),
    ...run.bookFaults,
    ...exceeded(figures, kind),
  ];
  return {
    passed: reasons.length === 0,
    reasons,
    figures,
    seconds: run.measured.seconds,
    sale: saleOf(run),
  };
}

function saleOf({ books }: LoadRun): Sale | undefined {
  if (books === undefined) return undefined;
  const count = (wanted: BookedOrder['status']) =>
    books.orders.filter(({ status }) => status === wanted).length;
  const confirmed = books.orders.filter(({ status }) => status === 'CONFIRMED');
  const units = confirmed.flatMap(({ lines }) => lines).reduce((sum, { quantity }) => sum + quantity, 0);
  const begun = Math.min(...books.orders.map(({ created_at }) => Date.parse(created_at)));
  const decided = Math.max(
    ...books.orders.map(({ decided_at, created_at }) => Date.parse(decided_at ?? created_at)),
  );
  return {
    orders: books.orders.length,
    confirmed: confirmed.length,
    rejected: count('REJECTED'),
    cancelled: count('CANCELLED'),
    units,
    ...misplacedUnits(books),
    seconds: books.orders.length === 0 ? 0 : (decided - begun) / 1_000,
  };
}

export interface Described {
  readonly profile: ProfileName;
  readonly target: string;
  readonly machine: string;
}
