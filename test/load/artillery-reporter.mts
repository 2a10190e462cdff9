/**
 * Loaded by Artillery into its own process (CUSTOM_REPORTERS): hands on what it measures while it runs. Its own
 * report is written at the end alone, and a run that is cut short would have none.
 */

import { BroadcastChannel } from 'node:worker_threads';

/** Of a period of ten seconds, all workers together. */
interface Stats {
  readonly period: number | string;
  readonly counters: Readonly<Record<string, number>>;
  readonly histograms: Readonly<Record<string, Sketch>>;
}
/** A DDSketch: quantiles within one percent. */
interface Sketch {
  readonly count: number;
  readonly min: number;
  readonly max: number;
  merge(other: Sketch): void;
  getValueAtQuantile(quantile: number): number;
}
interface Events {
  on(event: 'stats', listener: (stats: Stats) => void): void;
  on(event: 'phaseStarted', listener: (phase: { name?: string }) => void): void;
}

// biome-ignore lint/style/noDefaultExport: Artillery takes a reporter's default export
export default function createReporter(events: Events): object {
  const histograms = new Map<string, Sketch>();
  const send = (message: object) => process.send?.(message);

  const live = new BroadcastChannel('sellout-load');
  live.unref();
  live.onmessage = ({ data }) => send({ type: 'live', ...data });
  events.on('phaseStarted', ({ name }) => send({ type: 'phase', name: name ?? '' }));
  events.on('stats', ({ period, counters, histograms: own }) => {
    for (const [name, sketch] of Object.entries(own)) {
      const known = histograms.get(name);
      known?.merge(sketch);
      histograms.set(name, known ?? sketch);
    }
    send({
      type: 'stats',
      at: Number(period),
      counters,
      times: timesOf(histograms),
      seconds: spanOf(histograms),
    });
  });
  return {};
}

function timesOf(histograms: ReadonlyMap<string, Sketch>): Record<string, object> {
  const times: Record<string, object> = {};
  for (const [name, sketch] of histograms) {
    if (!name.startsWith('took.')) continue;
    const [p50, p95, p99] = [0.5, 0.95, 0.99].map((quantile) => sketch.getValueAtQuantile(quantile));
    times[name.slice('took.'.length)] = { count: sketch.count, p50, p95, p99, longest: sketch.max };
  }
  return times;
}

/** From the first answer to the last. A sketch knows its extremes exactly. */
function spanOf(histograms: ReadonlyMap<string, Sketch>): number {
  const answered = histograms.get('answered_at');
  return answered === undefined ? 0 : (answered.max - answered.min) / 1_000;
}
