import type { Random } from '../runtime/random.ts';

interface Quantiles {
  readonly p50: number;
  readonly p99: number;
}

/**
 * Milliseconds as a client in the same region measured them, without connections being made.
 *
 * @see https://www.alexdebrie.com/posts/dynamodb-transactions-performance/ (PutItem, TransactWriteItems of 5 and 25)
 */
const single: Quantiles = { p50: 7.55, p99: 16.2 };
const five: Quantiles = { p50: 25.3, p99: 92.5 };
const twentyFive: Quantiles = { p50: 32.1, p99: 97.5 };

/** Of the standard normal distribution. */
const z99 = 2.3263;

/**
 * Modelling choices: between and beyond 5 and 25 actions the quantiles go on in a straight line (57.6 and 116 ms at
 * 100); times are log-normal, through both quantiles; reads and updates take as long as puts, since no
 * measurement of the same kind is published for them.
 */
export function createLatency(random: Random) {
  const sample = ({ p50, p99 }: Quantiles): number =>
    p50 * Math.exp((Math.log(p99 / p50) / z99) * random.normal());
  const along = (actions: number, from: number, to: number): number =>
    from + ((actions - 5) * (to - from)) / 20;

  return {
    single: (): number => sample(single),
    transaction: (actions: number): number =>
      sample({
        p50: along(actions, five.p50, twentyFive.p50),
        p99: along(actions, five.p99, twentyFive.p99),
      }),
  };
}
