import type { Random } from '../runtime/random.ts';

interface Quantiles {
  readonly p50: number;
  readonly p99: number;
}

/**
 * Latencies in milliseconds, measured by a client in the same region over established connections.
 *
 * @see https://www.alexdebrie.com/posts/dynamodb-transactions-performance/ (PutItem, TransactWriteItems of 5 and 25)
 */
const single: Quantiles = { p50: 7.55, p99: 16.2 };
const five: Quantiles = { p50: 25.3, p99: 92.5 };
const twentyFive: Quantiles = { p50: 32.1, p99: 97.5 };

/** 99th percentile of the standard normal distribution. */
const z99 = 2.3263;

/**
 * Draws latencies.
 *
 * Model assumptions: quantiles are linear in the number of actions (57.6 and 116 ms at 100 actions); latencies are
 * log-normal; reads and updates take as long as puts, because no comparable measurement is published for them.
 */
export function createLatency(random: Random) {
  const sample = ({ p50, p99 }: Quantiles): number => p50 * Math.exp((Math.log(p99 / p50) / z99) * random.normal());
  const interpolate = (actions: number, from: number, to: number): number => from + ((actions - 5) * (to - from)) / 20;

  return {
    single: (): number => sample(single),
    transaction: (actions: number): number =>
      sample({
        p50: interpolate(actions, five.p50, twentyFive.p50),
        p99: interpolate(actions, five.p99, twentyFive.p99),
      }),
  };
}
