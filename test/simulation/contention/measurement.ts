import type { Usage } from '../dynamodb/journal.ts';

/** The figures of one way to sell under one load. */
export interface Measured {
  readonly acceptedPerSecond: number;
  /** Time from request to decision in milliseconds. */
  readonly p50: number;
  readonly p99: number;
  readonly writeUnitsPerOrder: number;
  readonly indexUnitsPerOrder: number;
  readonly conflictsPerOrder: number;
  readonly throttledPerOrder: number;
}

/** Counts confirmed orders between the end of the warm-up and the end of the run. */
export function createMeasurement(now: () => number, usage: Usage, warmUpMs: number, endMs: number) {
  const times: number[] = [];
  const before = { ...usage };
  let started = false;
  let accepted = 0;

  return {
    endMs,
    isOver: (): boolean => now() >= endMs,

    /** Records a decision on a request that was sent at `sinceMs`. */
    decided(sinceMs: number, isAccepted: boolean): void {
      if (now() < warmUpMs || now() >= endMs) return;
      if (!started) {
        started = true;
        Object.assign(before, usage);
      }
      if (!isAccepted) return;
      accepted++;
      times.push(now() - sinceMs);
    },

    result(): Measured {
      times.sort((a, b) => a - b);
      const at = (quantile: number) => times[Math.floor(times.length * quantile)] ?? 0;
      const perOrder = (of: (counts: Usage) => number) => (of(usage) - of(before)) / Math.max(1, accepted);
      return {
        acceptedPerSecond: (accepted * 1_000) / (endMs - warmUpMs),
        p50: at(0.5),
        p99: at(0.99),
        writeUnitsPerOrder: perOrder(({ writeUnits }) => writeUnits),
        indexUnitsPerOrder: perOrder(({ indexWriteUnits }) => indexWriteUnits),
        conflictsPerOrder: perOrder(({ conflicts }) => conflicts),
        throttledPerOrder: perOrder(({ throttled }) => throttled),
      };
    },
  };
}
export type Measurement = ReturnType<typeof createMeasurement>;
