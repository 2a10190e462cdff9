import * as echarts from 'echarts';
import { ratesOf } from './metrics.ts';
import type { ProfileName } from './profiles.ts';
import type { LoadResult, Sale } from './result.ts';
import type { LoadRun } from './run.ts';

const style = `
body { font: 15px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem; color: #222 }
h1 { font-size: 1.5rem } h2 { font-size: 1.1rem; margin-top: 2rem }
table { border-collapse: collapse } td, th { padding: .2rem .8rem; text-align: right; border-bottom: 1px solid #ddd }
td:first-child, th:first-child { text-align: left }
.passed { color: #176f2c } .failed { color: #b3261e } svg { max-width: 100%; height: auto }`;

interface Subject {
  readonly profile: ProfileName;
  readonly target: string;
  readonly machine: string;
}

/** Formats a result as one self-contained HTML file, with charts of stock and orders. */
export function reportOf(run: LoadRun, result: LoadResult, { profile, target, machine }: Subject): string {
  const { passed, failures, metrics, sale, seconds } = result;
  const rate = (value: number) => number(seconds === 0 ? 0 : value / seconds);
  const startedAt = new Date(run.startedAt).toISOString();
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>Load test: ${passed ? 'passed' : 'failed'}</title><style>${style}</style></head><body>
<h1>Load test <b class="${passed ? 'passed' : 'failed'}">${passed ? 'passed' : 'failed'}</b></h1>
<p>Profile “${profile}” against ${text(target)}, ${startedAt}, ${text(machine)}.</p>
${failures.length === 0 ? '' : `<ul>${failures.map((failure) => `<li>${text(failure)}</li>`).join('')}</ul>`}
<h2>Orders</h2>
${table(
  ['', 'total', 'per second'],
  [
    ...(sale === undefined ? [] : [['confirmed', ...confirmedCells(sale)]]),
    ['accepted, to be confirmed or rejected', number(metrics.accepted), rate(metrics.accepted)],
    ['rejected requests', number(metrics.rejected), rate(metrics.rejected)],
    ...Object.entries(metrics.rejections).map(([code, times]) => [`· ${code}`, number(times), rate(times)]),
    ['retries with the same idempotency key', number(metrics.retried), rate(metrics.retried)],
    ['cancelled', number(metrics.cancelled), rate(metrics.cancelled)],
    ['responses with a 5xx status', number(metrics.serverErrors), ''],
    ['requests without a response', number(metrics.unanswered), ''],
  ],
)}
<h2>Reconciliation</h2>
${
  sale === undefined
    ? '<p>The orders could not be read.</p>'
    : table(
        ['orders', 'confirmed', 'rejected', 'cancelled', 'units supplied', 'units sold', 'oversold', 'lost', 'seconds'],
        [
          [
            sale.orders,
            sale.confirmed,
            sale.rejected,
            sale.cancelled,
            sale.supplied,
            sale.sold,
            sale.oversold,
            sale.lost,
          ]
            .map(number)
            .concat(sale.seconds.toFixed(1)),
        ],
      )
}
<h2>Stock of the hot product over time</h2>
${stockChart(run)}
<h2>Order requests over time</h2>
${rateChart(run)}
<h2>Response times in milliseconds</h2>
${table(
  ['request', 'count', 'p50', 'p95', 'p99', 'max'],
  Object.entries(metrics.times).map(([name, { count, p50, p95, p99, max }]) => [
    name,
    ...[count, p50, p95, p99, max].map(number),
  ]),
)}
</body></html>
`;
}

/** Includes orders that were cancelled later. The rate covers the time from the first order to the last decision. */
const confirmedCells = ({ confirmed, cancelled, seconds }: Sale): string[] => [
  number(confirmed + cancelled),
  number(seconds === 0 ? 0 : (confirmed + cancelled) / seconds),
];

const number = (value: number): string => value.toLocaleString('en-US', { maximumFractionDigits: 0 });

const text = (raw: string): string => raw.replace(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`);

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[], tag: string) =>
    `<tr>${cells.map((cell) => `<${tag}>${text(cell)}</${tag}>`).join('')}</tr>`;
  return `<table>${line(head, 'th')}${rows.map((row) => line(row, 'td')).join('')}</table>`;
}

/** Draws the stock and sold units of the hot product as an SVG. */
function stockChart({ samples, startedAt }: LoadRun): string {
  const over = (field: 'stock' | 'sold') => samples.map((sample) => [(sample.at - startedAt) / 1_000, sample[field]]);
  return svgOf('units', [lineOf('stock', '#1f77b4', over('stock')), lineOf('sold', '#d62728', over('sold'))]);
}

/** Draws accepted and rejected order requests per second, in periods of ten seconds, as an SVG. */
function rateChart({ measured, startedAt }: LoadRun): string {
  const over = (field: 'accepted' | 'rejected') =>
    measured.periods.map((period) => [Math.max(0, period.at - startedAt) / 1_000, ratesOf(period)[field]]);
  return svgOf('per second', [
    lineOf('accepted', '#176f2c', over('accepted')),
    lineOf('rejected', '#888888', over('rejected')),
  ]);
}

const lineOf = (name: string, color: string, data: number[][]): echarts.LineSeriesOption => ({
  name,
  type: 'line',
  step: 'end',
  symbol: 'none',
  color,
  data,
});

function svgOf(unit: string, series: echarts.LineSeriesOption[]): string {
  const chart = echarts.init(null, null, { renderer: 'svg', ssr: true, width: 900, height: 280 });
  chart.setOption({
    animation: false,
    legend: { top: 0 },
    grid: { left: 60, right: 20, top: 40, bottom: 40 },
    xAxis: { type: 'value', name: 'seconds', nameLocation: 'middle', nameGap: 25 },
    yAxis: { type: 'value', name: unit },
    series,
  });
  const svg = chart.renderToSVGString();
  chart.dispose();
  return svg;
}
