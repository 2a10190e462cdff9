/** Returns the throughput, and percentiles of the latencies in milliseconds. */
export function latencyStats(times: readonly number[], seconds: number) {
  const sorted = [...times].sort((a, b) => a - b);
  const at = (quantile: number) => sorted[Math.floor(sorted.length * quantile)] ?? 0;
  return { perSecond: times.length / seconds, p50: at(0.5), p99: at(0.99) };
}
