import type { FixturePlan } from './fixtures.ts';

export type ProfileName = 'quick' | 'full' | 'sale';

/** A load: what is made for it, and the phases in the environment of the same name of its script. */
export interface Profile extends FixturePlan {
  readonly name: ProfileName;
  readonly script: string;
  /**
   * Whose orders are read first; if that does not make the books right, everyone's. Where the orders of those who may
   * have one hold all units that are sold, nobody else holds any.
   */
  readonly audits: 'everyone' | 'buyers';
  readonly cancels: boolean;
}

/** Customers are those of one worker, so many that two at once as the same one stay rare. */
export const profiles: Readonly<Record<ProfileName, Profile>> = {
  quick: {
    name: 'quick',
    script: 'shop.yml',
    audits: 'everyone',
    cancels: true,
    products: {
      hot: { count: 1, stock: 300, shards: 8 },
      scarce: { count: 5, stock: 10, shards: 1 },
      shelf: { count: 15, stock: 1_000, shards: 2 },
    },
    customers: 400,
    bots: 10,
  },
  full: {
    name: 'full',
    script: 'shop.yml',
    audits: 'everyone',
    cancels: true,
    products: {
      hot: { count: 1, stock: 1_500, shards: 16 },
      scarce: { count: 10, stock: 10, shards: 1 },
      shelf: { count: 50, stock: 100_000, shards: 4 },
    },
    customers: 2_000,
    bots: 50,
  },
  sale: {
    name: 'sale',
    script: 'sale.yml',
    audits: 'buyers',
    cancels: false,
    products: {
      hot: { count: 1, stock: 1_000, shards: 16 },
      scarce: { count: 0, stock: 0, shards: 1 },
      shelf: { count: 0, stock: 0, shards: 1 },
    },
    customers: 10_000,
    bots: 0,
  },
};
