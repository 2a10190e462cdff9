import { loadCheckout } from './checkout-load.ts';
import type { Measured } from './measurement.ts';
import { loadPlain } from './plain-load.ts';
import { loadSubmit } from './submit-load.ts';

/** A row of the table: a way to sell and its load. */
export interface Row {
  readonly way: 'plain' | 'checkout' | 'submit';
  readonly shards: number;
  readonly load: string;
  measure(): Promise<Measured>;
}

const loads = [50, 200, 1_000];
const shopperRow = (way: 'plain' | 'checkout', shards: number, shoppers: number): Row => ({
  way,
  shards,
  load: `${shoppers} shoppers`,
  measure: () => (way === 'plain' ? loadPlain(shoppers) : loadCheckout(shards, shoppers)),
});

/** Orders per second by partitions of the orders table: slightly below the write limit at three units per order. */
const offered = [
  { partitions: 4, perSecond: 1_050 },
  { partitions: 40, perSecond: 10_400 },
  { partitions: 120, perSecond: 31_500 },
];

export const rows: readonly Row[] = [
  ...loads.map((shoppers) => shopperRow('plain', 1, shoppers)),
  ...[1, 8, 16, 32].flatMap((shards) => loads.map((shoppers) => shopperRow('checkout', shards, shoppers))),
  ...offered.flatMap(({ partitions, perSecond }) =>
    [1, 8, 32].map(
      (shards): Row => ({
        way: 'submit',
        shards,
        load: `${perSecond}/s, ${partitions} partitions`,
        measure: () => loadSubmit(shards, partitions, perSecond),
      }),
    ),
  ),
];
