import { describe, expect, it } from 'vitest';
import { id, pageLimit, price, quantity, text, units } from '../../../lib/platform/primitives.ts';
import { textPattern } from '../../../lib/platform/text-pattern.ts';

describe('id', () => {
  it('converts to lower case', () => {
    expect(id.parse('01890A5D-AC96-774B-BCCE-B302099A8057')).toBe('01890a5d-ac96-774b-bcce-b302099a8057');
  });

  it.each(['', 'x', '01890a5d-ac96-774b-bcce-b302099a8057#1', ' 01890a5d-ac96-774b-bcce-b302099a8057'])(
    'rejects %j',
    (value) => {
      expect(id.safeParse(value).success).toBe(false);
    },
  );
});

describe('text', () => {
  const isAccepted = (value: string) => text(200).safeParse(value).success;

  it('trims, then counts the length in code points', () => {
    expect(text(3).parse('  abc\u3000\u00a0')).toBe('abc');
    expect(text(3).safeParse('abcd').success).toBe(false);
    expect(text(3).parse('😀😀😀')).toBe('😀😀😀');
    expect(text(3).safeParse('😀😀😀😀').success).toBe(false);
  });

  it.each([
    'Müller',
    'e\u0301',
    '\u0301',
    'مرحبا',
    'שלום\u200f',
    '日本語',
    'क्\u200dष',
    '👩‍👩‍👧‍👦',
    '👍🏽',
    '❤\ufe0f',
    '🏴\u{e0067}\u{e0062}\u{e007f}',
    '葛\u{e0100}',
    'a\u200bb',
    'soft\u00adhyphen',
    '<script>',
  ])('accepts %j', (value) => {
    expect(text(200).parse(value)).toBe(value);
  });

  it.each([
    '',
    ' \u00a0\u3000',
    '\u200b\u200d',
    '\ufe0f',
    '\u3164\u115f\uffa0',
    '\u2800',
    '\u180e \u2063',
    '\ufeff',
    '\u{e0020}',
    '\u{1d159}',
  ])('rejects %j, which has no visible character', (value) => {
    expect(isAccepted(value)).toBe(false);
  });

  it.each([
    ...['\u0000', '\t', '\n', '\r', '\u001b', '\u007f', '\u0085', '\u009f', '\u2028', '\u2029'],
    ...['\u202a', '\u202b', '\u202c', '\u202d', '\u202e', '\u2066', '\u2067', '\u2068', '\u2069'],
    ...['\ud83d', '\ude00', '\ufffd', '\uffff'],
  ])('rejects %j at any position', (character) => {
    for (const value of [`a${character}b`, `${character}b`, `a${character}`, character])
      expect(isAccepted(value)).toBe(false);
  });

  it('reports one readable error', () => {
    for (const value of ['', 'a\u0000', '\u200b', `\n${'x'.repeat(300)}`]) {
      const { error } = text(200).safeParse(value);
      expect(error?.issues.map(({ message }) => message)).toEqual([
        'Needs a visible character, and no control characters, line breaks or text direction controls',
      ]);
    }
  });

  it('accepts a single character exactly if Unicode defines it as visible', () => {
    const invisible = /[\p{White_Space}\p{Default_Ignorable_Code_Point}\p{Cc}\p{Cs}\p{Zl}\p{Zp}]/u;
    // Characters without such a Unicode property.
    const alsoInvisible = /[\u2800\ufff9-\ufffb\ufffd-\uffff\u{13441}\u{13442}\u{16fe4}\u{1d159}]/u;
    const wrong: string[] = [];
    for (let code = 0; code <= 0x10ffff; code++) {
      const character = String.fromCodePoint(code);
      const isVisible = !invisible.test(character) && !alsoInvisible.test(character);
      if ((textPattern.test(character) && character.isWellFormed()) !== isVisible) wrong.push(code.toString(16));
    }
    expect(wrong).toEqual([]);
  });

  it('has a pattern without JavaScript-only syntax', () => {
    expect(textPattern.source).not.toMatch(/\\[^xun]|\\u\{|\\ud[89a-f]/i);
  });
});

describe('quantity, price, units and pageLimit', () => {
  it.each([
    [quantity, 1, 1_000_000],
    [price, 0, 99_999_999],
    [units, 0, 1_000_000_000],
    [pageLimit, 1, 100],
  ])('accept only integers within their bounds', (schema, least, most) => {
    expect([schema.parse(least), schema.parse(most)]).toEqual([least, most]);
    for (const wrong of [least - 1, most + 1, least + 0.5, Number.NaN, String(least), null]) {
      expect(schema.safeParse(wrong).success).toBe(false);
    }
  });

  it('keep the largest total below 2^53', () => {
    expect(Number.isSafeInteger(50 * 1_000_000 * 99_999_999)).toBe(true);
  });
});
