import type { Figures } from './figures.ts';

/**
 * What a load must keep to, besides right books and so no unit oversold. Times are p99, in milliseconds. An
 * emulation shares its cores with the load, and all shoppers at once wait for one process: its times only say that
 * nothing hangs.
 */
export const thresholds = {
  serverErrors: 0,
  lostRequests: 0,
  p99Ms: { emulated: 90_000, deployed: 1_500 },
} as const;

/** Each threshold that a load did not keep to, with the figure. */
export function exceeded(figures: Figures, kind: keyof typeof thresholds.p99Ms): string[] {
  const limit = thresholds.p99Ms[kind];
  const slow = Object.entries(figures.times).filter(([, { p99 }]) => p99 > limit);
  return [
    ...(figures.serverErrors > thresholds.serverErrors
      ? [`${figures.serverErrors} answers were 5xx (at most ${thresholds.serverErrors})`]
      : []),
    ...(figures.lost > thresholds.lostRequests
      ? [`${figures.lost} requests got no answer (at most ${thresholds.lostRequests}): ${figures.lostWhy}`]
      : []),
    ...slow.map(([name, { p99 }]) => `${name}: p99 is ${Math.round(p99)} ms (at most ${limit} ms)`),
  ];
}
