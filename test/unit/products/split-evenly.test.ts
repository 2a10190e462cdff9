import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { splitEvenly } from '../../../lib/products/split-evenly.ts';

describe('splitEvenly', () => {
  it('gives the remainder to the first parts', () => {
    expect(splitEvenly(7, 3)).toEqual([3, 2, 2]);
    expect(splitEvenly(2, 4)).toEqual([1, 1, 0, 0]);
  });

  it('returns parts that sum to the units and differ by at most one', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 1_000_000_000 }), fc.integer({ min: 1, max: 32 }), (units, parts) => {
        const split = splitEvenly(units, parts);
        expect(split).toHaveLength(parts);
        expect(split.reduce((sum, part) => sum + part, 0)).toBe(units);
        expect(Math.max(...split) - Math.min(...split)).toBeLessThanOrEqual(1);
      }),
    );
  });
});
