import * as echarts from 'echarts';
import { ratesOf } from './metrics.ts';
import type { LoadRun } from './run.ts';
import type { Described, Sale, Verdict } from './verdict.ts';

const style = `
body { font: 15px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem; color: #222 }
h1 { font-size: 1.5rem } h2 { font-size: 1.1rem; margin-top: 2rem }
table { border-collapse: collapse } td, th { padding: .2rem .8rem; text-align: right; border-bottom: 1px solid #ddd }
td:first-child, th:first-child { text-align: left }
.passed { color: #176f2c } .failed { color: #b3261e } svg { max-width: 100%; height: auto }`;

/** A load as one HTML file that needs nothing else: verdict, figures, stock and sold over time. */
export function reportOf(run: LoadRun, verdict: Verdict, { profile, target, machine }: Described): string {
  const { passed, reasons, figures, sale, seconds } = verdict;
  const rate = (value: number) => number(seconds === 0 ? 0 : value / seconds);
  const startedAt = new Date(run.startedAt).toISOString();
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>Load test: ${passed ? 'passed' : 'failed'}</title><style>${style}</style></head><body>
<h1>Load test <b class="${passed ? 'passed' : 'failed'}">${passed ? 'passed' : 'failed'}</b></h1>
<p>Profile “${profile}” against ${text(target)}, ${startedAt}, ${text(machine)}.</p>
${reasons.length === 0 ? '' : `<ul>${reasons.map((reason) => `<li>${text(reason)}</li>`).join('')}</ul>`}
<h2>Orders</h2>
${table(
  ['', 'all', 'a second'],
  [
    ...(sale === undefined ? [] : [['accepted', ...acceptedCells(sale)]]),
    ['refused', number(figures.refused), rate(figures.refused)],
    ...Object.entries(figures.refusals).map(([code, times]) => [`· ${code}`, number(times), rate(times)]),
    ['taken, to be accepted or rejected', number(figures.taken), rate(figures.taken)],
    ['repeated with the same key', number(figures.repeated), rate(figures.repeated)],
    ['cancelled', number(figures.cancelled), rate(figures.cancelled)],
    ['answers 5xx', number(figures.serverErrors), ''],
    ['requests without an answer', number(figures.lost), ''],
  ],
)}
<h2>Books</h2>
${
  sale === undefined
    ? '<p>Not read.</p>'
    : table(
        ['orders', 'confirmed', 'rejected', 'cancelled', 'units sold', 'oversold', 'lost', 'seconds'],
        [
          [sale.orders, sale.confirmed, sale.rejected, sale.cancelled, sale.units, sale.oversold, sale.lost]
            .map(number)
            .concat(sale.seconds.toFixed(1)),
        ],
      )
}
<h2>The product that everybody wants, over time</h2>
${stockChart(run)}
<h2>Answers to orders, over time</h2>
${rateChart(run)}
<h2>Answers, in milliseconds</h2>
${table(
  ['request', 'count', 'p50', 'p95', 'p99', 'longest'],
  Object.entries(figures.times).map(([name, { count, p50, p95, p99, longest }]) => [
    name,
    ...[count, p50, p95, p99, longest].map(number),
  ]),
)}
</body></html>
`;
}

/** Accepted is what was confirmed, cancelled later or not; a second of the time from the first order to the last decision. */
const acceptedCells = ({ confirmed, cancelled, seconds }: Sale): string[] => [
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

/** Stock and sold of the watched product as an SVG. */
function stockChart({ samples, startedAt }: LoadRun): string {
  const over = (field: 'stock' | 'sold') =>
    samples.map((sample) => [(sample.at - startedAt) / 1_000, sample[field]]);
  return svgOf('units', [lineOf('stock', '#1f77b4', over('stock')), lineOf('sold', '#d62728', over('sold'))]);
}

/** Orders taken and requests refused a second, in periods of ten seconds, as an SVG. */
function rateChart({ measured, startedAt }: LoadRun): string {
  const over = (field: 'taken' | 'refused') =>
    measured.periods.map((period) => [Math.max(0, period.at - startedAt) / 1_000, ratesOf(period)[field]]);
  return svgOf('a second', [
    lineOf('taken', '#176f2c', over('taken')),
    lineOf('refused', '#888888', over('refused')),
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
