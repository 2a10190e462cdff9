import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { StockShard } from '../../../lib/products/product.ts';
import { transfersToNewShards } from '../../../lib/products/propagate-product.ts';
import { productOf, shardOf } from '../../support/fixtures/domain-builders.ts';

const shardsOf = (units: readonly { stock: number; sold: number }[]): StockShard[] => {
  const product = productOf({ id: 'p', stock_shards: units.length });
  return units.map((each, number) => shardOf(product, number, each));
};
const unsold = (...stocks: number[]) => shardsOf(stocks.map((stock) => ({ stock, sold: 0 })));

describe('transfersToNewShards', () => {
  it('fills each new shard from another shard with units to spare', () => {
    expect(transfersToNewShards(unsold(100, 60, 0, 0))).toEqual([
      { product_id: 'p', from: 0, to: 2, quantity: 40 },
      { product_id: 'p', from: 1, to: 3, quantity: 20 },
    ]);
  });

  it('does not transfer units to a shard that has sold out', () => {
    const shards = shardsOf([
      { stock: 10, sold: 0 },
      { stock: 0, sold: 5 },
    ]);
    expect(transfersToNewShards(shards)).toEqual([]);
  });

  it('plans nothing if an even share is less than one unit', () => {
    expect(transfersToNewShards(unsold(3, 0, 0, 0))).toEqual([]);
  });

  it('skips a shard after 12 failed transfers', () => {
    expect(transfersToNewShards(unsold(10, 0, 0), new Map([[1, 12]]))).toEqual([
      { product_id: 'p', from: 0, to: 2, quantity: 3 },
    ]);
  });

  const anyShards = fc
    .array(
      fc.record({
        stock: fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 500 })),
        sold: fc.oneof({ weight: 3, arbitrary: fc.constant(0) }, fc.integer({ min: 0, max: 9 })),
      }),
      { minLength: 1, maxLength: 32 },
    )
    .map(shardsOf);

  it('leaves donors at least an even share and gives new shards at most an even share', () => {
    fc.assert(
      fc.property(anyShards, (shards) => {
        const total = shards.reduce((sum, { stock }) => sum + stock, 0);
        const share = Math.floor(total / shards.length);
        for (const { from, to, quantity } of transfersToNewShards(shards)) {
          expect(quantity).toBeGreaterThan(0);
          expect((shards[from]?.stock ?? 0) - quantity).toBeGreaterThanOrEqual(share);
          expect(quantity).toBeLessThanOrEqual(share);
          expect(shards[to]).toMatchObject({ stock: 0, sold: 0 });
        }
      }),
    );
  });

  it('uses each shard at most once', () => {
    fc.assert(
      fc.property(anyShards, (shards) => {
        const used = transfersToNewShards(shards).flatMap(({ from, to }) => [from, to]);
        expect(new Set(used).size).toBe(used.length);
      }),
    );
  });

  it('keeps every unit and ends within 32 rounds', () => {
    fc.assert(
      fc.property(anyShards, (shards) => {
        const stocks = shards.map(({ stock }) => stock);
        const total = stocks.reduce((sum, stock) => sum + stock, 0);
        const plan = () =>
          transfersToNewShards(shardsOf(shards.map(({ sold }, number) => ({ sold, stock: stocks[number] ?? 0 }))));
        let rounds = 0;
        for (let transfers = plan(); transfers.length > 0; transfers = plan()) {
          rounds += 1;
          expect(rounds).toBeLessThanOrEqual(32);
          for (const { from, to, quantity } of transfers) {
            stocks[from] = (stocks[from] ?? 0) - quantity;
            stocks[to] = (stocks[to] ?? 0) + quantity;
          }
        }
        expect(stocks.reduce((sum, stock) => sum + stock, 0)).toBe(total);
        expect(Math.min(...stocks)).toBeGreaterThanOrEqual(0);
      }),
    );
  });
});
