import { type LoadMetrics, loadMetricsOf } from './metrics.ts';
import type { Profile } from './profiles.ts';
import { type ListedOrder, misplacedUnits } from './reconciliation.ts';
import type { LoadRun } from './run.ts';

/** Whether a load passed, and its figures. */
export interface LoadResult {
  readonly passed: boolean;
  /** Every reason for failure; empty if it passed. */
  readonly failures: readonly string[];
  readonly metrics: LoadMetrics;
  /** From the first response to the last. */
  readonly seconds: number;
  /** Undefined if the orders could not be read. */
  readonly sale: Sale | undefined;
}

/** The outcome according to the service's products and orders. */
export interface Sale {
  readonly supplied: number;
  readonly orders: number;
  readonly confirmed: number;
  readonly rejected: number;
  readonly cancelled: number;
  /** Units of confirmed orders. */
  readonly sold: number;
  readonly oversold: number;
  /** Units that are neither in stock nor in a confirmed order. */
  readonly lost: number;
  /** From the first order to the last decision. */
  readonly seconds: number;
}

/**
 * Maximum p99 in milliseconds. A local system shares its cores with the load, so its limits only detect hangs. In the
 * sale, 10,000 shoppers wait for one process.
 */
const p99MaxMs = { deployed: 1_500, local: 20_000, localSale: 90_000 } as const;

/** Any other response means that shoppers could not do what they intended. */
const expectedStatuses: Readonly<Record<string, readonly number[]>> = {
  'GET /product': [200],
  'GET /product/{product_id}': [200],
  'POST /cart/add': [200],
  'POST /order/add': [201, 409, 429],
  'POST /order': [202, 409, 429],
  'GET /order/{order_id}': [200],
  'POST /order/{order_id}/cancel': [200, 409],
};

/** A cart can be empty because two simulated shoppers share the customer. */
const expectedRejections: ReadonlySet<string> = new Set(['out_of_stock', 'rate_limited', 'cart_empty']);

/** Passes a load that ran to its end, confirmed orders, reconciles and stays within the thresholds. */
export function evaluate(run: LoadRun, profile: Profile, isDeployed: boolean): LoadResult {
  const metrics = loadMetricsOf(run.measured);
  const sale = saleOf(run);
  const failures = [
    ...(run.aborted === undefined ? [] : [`The load was aborted: ${run.aborted}`]),
    ...(sale?.confirmed === 0 ? ['No order was confirmed.'] : []),
    ...(profile.cancels && run.aborted === undefined && metrics.cancelled === 0 ? ['No order was cancelled.'] : []),
    ...run.discrepancies,
    ...exceededThresholds(metrics, profile, isDeployed),
  ];
  return { passed: failures.length === 0, failures, metrics, seconds: run.measured.seconds, sale };
}

function exceededThresholds(metrics: LoadMetrics, { name }: Profile, isDeployed: boolean): string[] {
  const limit = isDeployed ? p99MaxMs.deployed : name === 'sale' ? p99MaxMs.localSale : p99MaxMs.local;
  return [
    ...(metrics.serverErrors > 0 ? [`${metrics.serverErrors} responses had a 5xx status.`] : []),
    ...(metrics.unanswered > 0 ? [`${metrics.unanswered} requests got no response: ${metrics.unansweredReasons}`] : []),
    ...metrics.responses
      .filter(({ request, status }) => status < 500 && !expectedStatuses[request]?.includes(status))
      .map(({ request, status, count }) => `${request}: ${count} unexpected responses with status ${status}`),
    ...Object.entries(metrics.rejections)
      .filter(([code]) => !expectedRejections.has(code))
      .map(([code, count]) => `${count} order requests were rejected with unexpected code ${code}.`),
    ...Object.entries(metrics.times)
      .filter(([, { p99 }]) => p99 > limit)
      .map(([request, { p99 }]) => `${request}: p99 is ${Math.round(p99)} ms (limit: ${limit} ms)`),
  ];
}

function saleOf({ ledger }: LoadRun): Sale | undefined {
  if (ledger === undefined) return undefined;
  const count = (wanted: ListedOrder['status']) => ledger.orders.filter(({ status }) => status === wanted).length;
  let firstMs = Number.POSITIVE_INFINITY;
  let lastMs = 0;
  let sold = 0;
  for (const { status, lines, created_at, decided_at } of ledger.orders) {
    firstMs = Math.min(firstMs, Date.parse(created_at));
    lastMs = Math.max(lastMs, Date.parse(decided_at ?? created_at));
    if (status === 'CONFIRMED') for (const { quantity } of lines) sold += quantity;
  }
  return {
    supplied: ledger.products.reduce((sum, { supplied }) => sum + supplied, 0),
    orders: ledger.orders.length,
    confirmed: count('CONFIRMED'),
    rejected: count('REJECTED'),
    cancelled: count('CANCELLED'),
    sold,
    ...misplacedUnits(ledger),
    seconds: Math.max(0, lastMs - firstMs) / 1_000,
  };
}
