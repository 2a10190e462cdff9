import * as echarts from 'echarts';
import * as z from 'zod/mini';

export const result = z.object({
  way: z.string(),
  shards: z.int(),
  load: z.string(),
  acceptedPerSecond: z.number(),
  p50: z.number(),
  p99: z.number(),
  writeUnitsPerOrder: z.number(),
  indexUnitsPerOrder: z.number(),
  conflictsPerOrder: z.number(),
  throttledPerOrder: z.number(),
});
export type Result = z.output<typeof result>;

/**
 * Price of a million on-demand write request units in us-east-1.
 *
 * @see https://aws.amazon.com/dynamodb/pricing/on-demand/ (since November 2024)
 */
const usdPerMillionUnits = 0.625;

/** Formats results as a Markdown table. The cost contains the write units of tables and indexes. */
export function tableOf(results: readonly Result[]): string {
  const head = [
    '| way | shards | load | accepted orders/s | s for 10,000 units | p50 / p99 ms to decision | write units per order | index write units | conflicts per order | USD per million orders |',
    '| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |',
  ];
  const lines = results.map((one) => {
    const usd = (one.writeUnitsPerOrder + one.indexUnitsPerOrder) * usdPerMillionUnits;
    const cells = [
      one.way,
      one.shards,
      one.load,
      one.acceptedPerSecond.toFixed(0),
      (10_000 / one.acceptedPerSecond).toFixed(1),
      `${one.p50.toFixed(0)} / ${one.p99.toFixed(0)}`,
      one.writeUnitsPerOrder.toFixed(2),
      one.indexUnitsPerOrder.toFixed(2),
      one.conflictsPerOrder.toFixed(2),
      usd.toFixed(2),
    ];
    return `| ${cells.join(' | ')} |`;
  });
  return [...head, ...lines].join('\n');
}

/** Draws accepted orders per second as an SVG bar chart. */
export function chartOf(results: readonly Result[]): string {
  const chart = echarts.init(null, null, {
    renderer: 'svg',
    ssr: true,
    width: 900,
    height: 60 + 26 * results.length,
  });
  const shown = [...results].reverse();
  chart.setOption({
    animation: false,
    title: { text: 'Accepted orders per second on one hot product (simulated, log scale)' },
    grid: { left: 260, right: 70, top: 40, bottom: 20 },
    xAxis: { type: 'log', min: 1 },
    yAxis: {
      type: 'category',
      data: shown.map(({ way, shards, load }) => `${way}, ${shards} shards, ${load}`),
    },
    series: [
      {
        type: 'bar',
        data: shown.map(({ acceptedPerSecond }) => Math.max(1, Math.round(acceptedPerSecond))),
        label: { show: true, position: 'right' },
      },
    ],
  });
  const svg = chart.renderToSVGString();
  chart.dispose();
  return svg;
}
