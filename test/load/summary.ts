import type { Sale, Verdict } from './verdict.ts';

const count = (value: number): string => value.toLocaleString('en-US', { maximumFractionDigits: 0 });
const perSecond = (value: number, seconds: number): string => count(seconds === 0 ? 0 : value / seconds);

/** One screen: the verdict with its reasons, the figures, the books. */
export function summaryOf({ passed, reasons, figures, seconds, sale }: Verdict, report: string): string {
  const { accepted, refused, refusals, repeated, peakAcceptedPerSecond, peakRefusedPerSecond } = figures;
  const why = Object.entries(refusals).map(([code, times]) => `${code} ${count(times)}`);
  const rows = Object.entries(figures.times).map(([name, { count: requests, p50, p95, p99 }]) =>
    [name.padEnd(30), ...[requests, p50, p95, p99].map((value) => count(value).padStart(8))].join(''),
  );
  return [
    '',
    `accepted  ${count(accepted)} orders, ${perSecond(accepted, seconds)}/s (most in ten seconds ${count(peakAcceptedPerSecond)}/s)`,
    `refused   ${count(refused)} requests, ${perSecond(refused, seconds)}/s (most in ten seconds ${count(peakRefusedPerSecond)}/s)` +
      (why.length === 0 ? '' : `: ${why.join(', ')}`),
    `repeated  ${count(repeated)} with the same key, each answered with the same order`,
    `failed    ${count(figures.serverErrors)} answers 5xx, ${count(figures.lost)} requests without an answer`,
    '',
    `${'request, ms'.padEnd(30)}${['count', 'p50', 'p95', 'p99'].map((head) => head.padStart(8)).join('')}`,
    ...rows,
    '',
    ...(sale === undefined ? ['books     not read'] : bookLines(sale)),
    `report    ${report}`,
    '',
    passed ? 'PASSED' : 'FAILED',
    ...reasons.slice(0, 20).map((reason) => `  ${reason}`),
    ...(reasons.length > 20 ? [`  and ${reasons.length - 20} more, in the report`] : []),
    '',
  ].join('\n');
}

function bookLines({
  orders,
  confirmed,
  rejected,
  cancelled,
  units,
  oversold,
  lost,
  seconds,
}: Sale): string[] {
  return [
    `books     ${count(orders)} orders: ${count(confirmed)} confirmed, ${count(rejected)} rejected, ${count(cancelled)} cancelled;`,
    `          ${count(units)} units sold within ${seconds.toFixed(1)} s of the first order; oversold ${oversold}, lost ${lost}`,
  ];
}
