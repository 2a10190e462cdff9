import type { Sale, Verdict } from './verdict.ts';

const count = (value: number): string => value.toLocaleString('en-US', { maximumFractionDigits: 0 });
const perSecond = (value: number, seconds: number): string => count(seconds === 0 ? 0 : value / seconds);

/** One screen: the figures, the books, the verdict with its reasons. */
export function summaryOf({ passed, reasons, figures, seconds, sale }: Verdict, report: string): string {
  const { taken, refused, refusals, repeated, serverErrors, lost } = figures;
  const why = Object.entries(refusals).map(([code, times]) => `${code} ${count(times)}`);
  const rows = Object.entries(figures.times).map(([name, { count: requests, p50, p95, p99 }]) =>
    [name.padEnd(30), ...[requests, p50, p95, p99].map((value) => count(value).padStart(8))].join(''),
  );
  return [
    '',
    ...(sale === undefined ? ['accepted  not known: the books were not read'] : acceptedLines(sale)),
    `refused   ${count(refused)} requests, ${perSecond(refused, seconds)}/s${why.length === 0 ? '' : `: ${why.join(', ')}`}`,
    `taken     ${count(taken)} orders, most of them to be decided later; ${count(repeated)} repeats answered with the same order`,
    `failed    ${count(serverErrors)} answers 5xx, ${count(lost)} requests without an answer`,
    '',
    `${'request, ms'.padEnd(30)}${['count', 'p50', 'p95', 'p99'].map((head) => head.padStart(8)).join('')}`,
    ...rows,
    '',
    `report    ${report}`,
    '',
    passed ? 'PASSED' : 'FAILED',
    ...reasons.slice(0, 20).map((reason) => `  ${reason}`),
    ...(reasons.length > 20 ? [`  and ${reasons.length - 20} more, in the report`] : []),
    '',
  ].join('\n');
}

function acceptedLines({ confirmed, rejected, cancelled, units, oversold, lost, seconds }: Sale): string[] {
  const accepted = confirmed + cancelled;
  return [
    `accepted  ${count(accepted)} orders, ${perSecond(accepted, seconds)}/s from the first order to the last decision; ${count(cancelled)} cancelled`,
    `rejected  ${count(rejected)} orders, after they had been taken`,
    `books     ${count(units)} units sold, ${oversold} oversold, ${lost} lost`,
  ];
}
