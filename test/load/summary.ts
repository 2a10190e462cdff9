import type { LoadResult, Sale } from './result.ts';

const failuresShown = 20;
const count = (value: number): string => value.toLocaleString('en-US', { maximumFractionDigits: 0 });
const perSecond = (value: number, seconds: number): string => count(seconds === 0 ? 0 : value / seconds);

/** Formats a result for the terminal, on one screen. */
export function summaryOf({ passed, failures, metrics, seconds, sale }: LoadResult, report: string): string {
  const { accepted, rejected, rejections, retried, serverErrors, unanswered } = metrics;
  const codes = Object.entries(rejections).map(([code, times]) => `${code} ${count(times)}`);
  const rows = Object.entries(metrics.times).map(([name, { count: requests, p50, p95, p99 }]) =>
    [name.padEnd(30), ...[requests, p50, p95, p99].map((value) => count(value).padStart(8))].join(''),
  );
  return [
    '',
    ...(sale === undefined ? ['Stock     unknown: the orders could not be read'] : saleLines(sale, accepted)),
    `Rejected  ${count(rejected)} order requests, ${perSecond(rejected, seconds)} per second${codes.length === 0 ? '' : `: ${codes.join(', ')}`}`,
    ...(retried === 0 ? [] : [`Retries   ${count(retried)} with an idempotency key, each returned the same order`]),
    `Errors    ${count(serverErrors)} responses with a 5xx status, ${count(unanswered)} requests without a response`,
    '',
    `${'Response time in ms'.padEnd(30)}${['count', 'p50', 'p95', 'p99'].map((head) => head.padStart(8)).join('')}`,
    ...rows,
    '',
    `Report    ${report}`,
    '',
    passed ? 'PASSED' : 'FAILED',
    ...failures.slice(0, failuresShown).map((failure) => `  ${failure}`),
    ...(failures.length > failuresShown ? [`  and ${failures.length - failuresShown} more, see the report`] : []),
    '',
  ].join('\n');
}

function saleLines(
  { supplied, confirmed, rejected, cancelled, sold, oversold, lost, seconds }: Sale,
  accepted: number,
): string[] {
  const all = confirmed + cancelled;
  const cancelledLater = cancelled === 0 ? '' : ` (${count(cancelled)} cancelled later)`;
  return [
    `Stock     ${count(supplied)} units: ${count(sold)} sold, ${count(oversold)} oversold, ${count(lost)} lost`,
    `Orders    ${count(accepted)} accepted: ${count(all)} confirmed${cancelledLater}, ${count(rejected)} rejected later because stock ran out`,
    `          ${perSecond(all, seconds)} confirmed per second, from the first order to the last decision`,
  ];
}
