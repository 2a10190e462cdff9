/**
 * A reporter that Artillery loads into its process (CUSTOM_REPORTERS). It sends the measurements to the parent process
 * during the run, because Artillery writes its own report only at the end of a complete run.
 */

import { BroadcastChannel } from 'node:worker_threads';

/** Measurements of all workers in a period of ten seconds. */
interface Stats {
  readonly period: number | string;
  readonly counters: Readonly<Record<string, number>>;
  readonly histograms: Readonly<Record<string, Sketch>>;
}
/** A DDSketch: quantiles are accurate to one percent. */
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

// biome-ignore lint/style/noDefaultExport: Artillery loads the default export
export default function createReporter(events: Events): object {
  const histograms = new Map<string, Sketch>();
  const send = (message: object) => process.send?.(message);

  const live = new BroadcastChannel('sellout-load');
  live.unref();
  live.onmessage = ({ data }) => send({ type: 'live', ...data });
  events.on('phaseStarted', ({ name }) => send({ type: 'phase', name: name ?? '' }));
  events.on('stats', ({ period, counters, histograms: current }) => {
    for (const [name, sketch] of Object.entries(current)) {
      const total = histograms.get(name);
      total?.merge(sketch);
      histograms.set(name, total ?? sketch);
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
    if (!name.startsWith('duration.')) continue;
    const [p50, p95, p99] = [0.5, 0.95, 0.99].map((quantile) => sketch.getValueAtQuantile(quantile));
    times[name.slice('duration.'.length)] = { count: sketch.count, p50, p95, p99, max: sketch.max };
  }
  return times;
}

/** From the first response to the last. The extremes of a sketch are exact. */
function spanOf(histograms: ReadonlyMap<string, Sketch>): number {
  const times = histograms.get('responded_at');
  return times === undefined ? 0 : (times.max - times.min) / 1_000;
}
