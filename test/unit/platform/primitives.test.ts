import { describe, expect, it } from 'vitest';
import { id, price, quantity, text, units } from '../../../lib/platform/primitives.ts';

describe('an id', () => {
  it('is stored in lower case', () => {
    expect(id.parse('01890A5D-AC96-774B-BCCE-B302099A8057')).toBe('01890a5d-ac96-774b-bcce-b302099a8057');
  });

  it.each(['', 'x', '01890a5d-ac96-774b-bcce-b302099a8057#1', ' 01890a5d-ac96-774b-bcce-b302099a8057'])(
    'is not %j',
    (value) => {
      expect(id.safeParse(value).success).toBe(false);
    },
  );
});

describe('a text', () => {
  it('is trimmed before its length counts', () => {
    expect(text(3).parse('  abc ')).toBe('abc');
    expect(text(3).safeParse('abcd').success).toBe(false);
    expect(text(3).safeParse('   ').success).toBe(false);
  });

  it('holds no half of a surrogate pair, which DynamoDB cannot store', () => {
    expect(text(9).safeParse('\ud83d').success).toBe(false);
    expect(text(9).parse('😀')).toBe('😀');
  });
});

describe('numbers', () => {
  it.each([
    [quantity, 1, 1_000_000],
    [price, 0, 99_999_999],
    [units, 0, 1_000_000_000],
  ])('are whole and bounded', (schema, least, most) => {
    expect([schema.parse(least), schema.parse(most)]).toEqual([least, most]);
    for (const wrong of [least - 1, most + 1, least + 0.5, Number.NaN, String(least), null]) {
      expect(schema.safeParse(wrong).success).toBe(false);
    }
  });

  it('keep the largest total exact', () => {
    expect(Number.isSafeInteger(50 * 1_000_000 * 99_999_999)).toBe(true);
  });
});
