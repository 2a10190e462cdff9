import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { splitEvenly } from '../../../lib/products/split-evenly.ts';

describe('spread', () => {
  it('gives the first shares what does not divide', () => {
    expect(splitEvenly(7, 3)).toEqual([3, 2, 2]);
    expect(splitEvenly(2, 4)).toEqual([1, 1, 0, 0]);
  });

  it('shares out every unit, and no share is more than one above another', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 1_000_000_000 }),
        fc.integer({ min: 1, max: 32 }),
        (units, parts) => {
          const shares = splitEvenly(units, parts);
          expect(shares).toHaveLength(parts);
          expect(shares.reduce((sum, share) => sum + share, 0)).toBe(units);
          expect(Math.max(...shares) - Math.min(...shares)).toBeLessThanOrEqual(1);
        },
      ),
    );
  });
});
