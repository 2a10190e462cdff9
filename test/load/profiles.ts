import type { FixturePlan } from './fixtures.ts';

export type ProfileName = 'quick' | 'full' | 'sale';

/** A kind of load. The phases are in the script's environment of the same name. */
export interface Profile extends FixturePlan {
  readonly name: ProfileName;
  readonly script: string;
  /**
   * The customers whose orders are reconciled. `buyers` reads only customers that may have an order, which skips 9,000
   * empty lists. If these orders do not cover all units sold, the orders of all customers are read.
   */
  readonly reads: 'everyone' | 'buyers';
  readonly cancels: boolean;
}

/** Each worker gets this many customers, so that two shoppers at once rarely share one. */
export const profiles: Readonly<Record<ProfileName, Profile>> = {
  quick: {
    name: 'quick',
    script: 'shop.yml',
    reads: 'everyone',
    cancels: true,
    products: {
      hot: { count: 1, stock: 300, shards: 8 },
      scarce: { count: 5, stock: 10, shards: 1 },
      regular: { count: 15, stock: 1_000, shards: 2 },
    },
    customers: 400,
    bots: 10,
  },
  full: {
    name: 'full',
    script: 'shop.yml',
    reads: 'everyone',
    cancels: true,
    products: {
      hot: { count: 1, stock: 1_500, shards: 16 },
      scarce: { count: 10, stock: 10, shards: 1 },
      regular: { count: 50, stock: 100_000, shards: 4 },
    },
    customers: 2_000,
    bots: 50,
  },
  sale: {
    name: 'sale',
    script: 'sale.yml',
    reads: 'buyers',
    cancels: false,
    products: {
      hot: { count: 1, stock: 1_000, shards: 16 },
      scarce: { count: 0, stock: 0, shards: 1 },
      regular: { count: 0, stock: 0, shards: 1 },
    },
    customers: 10_000,
    bots: 0,
  },
};
