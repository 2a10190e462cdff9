import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { matchesWeakly, parseEntityTags } from '../../../lib/http/entity-tags.ts';

const strong = (opaque: string) => ({ weak: false, opaque });
const weak = (opaque: string) => ({ weak: true, opaque });

describe('parseEntityTags', () => {
  it.each([
    ['"1"', [strong('1')]],
    ['""', [strong('')]],
    ['W/"1.2-3"', [weak('1.2-3')]],
    ['"a" , W/"b","c"', [strong('a'), weak('b'), strong('c')]],
    [', "a",, ', [strong('a')]],
    ['"a,b", "W/"', [strong('a,b'), strong('W/')]],
  ])('parses %j', (header, tags) => {
    expect(parseEntityTags(header)).toEqual(tags);
  });

  it.each(['', ' ', ',', 'x', '"', '"a', 'a"', '"a"b', '"a" "b"', '"a b"', 'w/"a"', 'W/ "a"', '*, "a"', '**'])(
    'rejects %j',
    (header) => {
      expect(parseEntityTags(header)).toBeUndefined();
    },
  );

  it('parses *', () => {
    expect(parseEntityTags(' * ')).toBe('*');
  });

  it('round-trips any list of tags', () => {
    const opaque = fc.stringMatching(/^[\x21\x23-\x7e]{0,20}$/);
    const tags = fc.array(fc.record({ weak: fc.boolean(), opaque }), { minLength: 1 });
    fc.assert(
      fc.property(tags, (written) => {
        const header = written.map((tag) => `${tag.weak ? 'W/' : ''}"${tag.opaque}"`).join(', ');
        expect(parseEntityTags(header)).toEqual(written);
      }),
    );
  });
});

describe('matchesWeakly', () => {
  it.each([
    ['"1"', '"1"'],
    ['W/"1"', '"1"'],
    ['"1"', 'W/"1"'],
    ['"0", "1"', 'W/"1"'],
    ['*', '"1"'],
  ])('matches %s with %s', (header, etag) => {
    expect(matchesWeakly(header, etag)).toBe(true);
  });

  it.each([
    ['"1"', '"2"'],
    ['"W/1"', '"1"'],
    ['1', '"1"'],
    ['', '"1"'],
  ])('does not match %s with %s', (header, etag) => {
    expect(matchesWeakly(header, etag)).toBe(false);
  });
});
