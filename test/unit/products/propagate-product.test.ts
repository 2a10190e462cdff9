import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { StockedProduct } from '../../../lib/products/product.ts';
import { movesFor } from '../../../lib/products/propagate-product.ts';
import { productOf, shardOf } from '../../support/fixtures/domain-builders.ts';

const holding = (shards: readonly { stock: number; sold: number }[]): StockedProduct => {
  const product = productOf({ stock_shards: shards.length });
  return { product, shards: shards.map((units, number) => shardOf(product, number, units)) };
};
const unsold = (...stocks: number[]) => holding(stocks.map((stock) => ({ stock, sold: 0 })));

describe('moves to new shards', () => {
  it('fill one new shard from each shard that can spare units', () => {
    expect(movesFor(unsold(100, 60, 0, 0))).toEqual([
      { from: 0, to: 2, units: 40 },
      { from: 1, to: 3, units: 20 },
    ]);
  });

  it('are none for a shard that has sold out', () => {
    const product = holding([
      { stock: 10, sold: 0 },
      { stock: 0, sold: 5 },
    ]);
    expect(movesFor(product)).toEqual([]);
  });

  it('are none when the shares would be less than one unit', () => {
    expect(movesFor(unsold(3, 0, 0, 0))).toEqual([]);
  });

  it('pass over a shard that was too busy too often', () => {
    expect(movesFor(unsold(10, 0, 0), new Map([[1, 12]]))).toEqual([{ from: 0, to: 2, units: 3 }]);
  });

  const anyProduct = fc
    .array(
      fc.record({
        stock: fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 500 })),
        sold: fc.oneof({ weight: 3, arbitrary: fc.constant(0) }, fc.integer({ min: 0, max: 9 })),
      }),
      { minLength: 1, maxLength: 32 },
    )
    .map(holding);

  it('never take a shard below the even share, nor fill one above it', () => {
    fc.assert(
      fc.property(anyProduct, (stocked) => {
        const total = stocked.shards.reduce((sum, { stock }) => sum + stock, 0);
        const share = Math.floor(total / stocked.shards.length);
        for (const { from, to, units } of movesFor(stocked)) {
          expect(units).toBeGreaterThan(0);
          expect((stocked.shards[from]?.stock ?? 0) - units).toBeGreaterThanOrEqual(share);
          expect(units).toBeLessThanOrEqual(share);
          expect(stocked.shards[to]).toMatchObject({ stock: 0, sold: 0 });
        }
      }),
    );
  });

  it('touch each shard once only', () => {
    fc.assert(
      fc.property(anyProduct, (stocked) => {
        const touched = movesFor(stocked).flatMap(({ from, to }) => [from, to]);
        expect(new Set(touched).size).toBe(touched.length);
      }),
    );
  });

  it('keep every unit and come to an end with no new shard left empty that could be filled', () => {
    fc.assert(
      fc.property(anyProduct, (stocked) => {
        const stocks = stocked.shards.map(({ stock }) => stock);
        const total = stocks.reduce((sum, stock) => sum + stock, 0);
        const now = () =>
          holding(stocked.shards.map(({ sold }, number) => ({ sold, stock: stocks[number] ?? 0 })));
        let rounds = 0;
        for (let moves = movesFor(now()); moves.length > 0; moves = movesFor(now())) {
          rounds += 1;
          expect(rounds).toBeLessThanOrEqual(32);
          for (const { from, to, units } of moves) {
            stocks[from] = (stocks[from] ?? 0) - units;
            stocks[to] = (stocks[to] ?? 0) + units;
          }
        }
        expect(stocks.reduce((sum, stock) => sum + stock, 0)).toBe(total);
        expect(Math.min(...stocks)).toBeGreaterThanOrEqual(0);
      }),
    );
  });
});
