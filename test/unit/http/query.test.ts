import { describe, expect, it } from 'vitest';
import * as z from 'zod/mini';
import { DomainError } from '../../../lib/errors.ts';
import { readQuery } from '../../../lib/http/query.ts';

const known = {
  limit: z._default(z.int(), 50),
  least: z.optional(z.number()),
  cursor: z.optional(z.string()),
};

function errorsOf(raw: string, shape: Parameters<typeof readQuery>[1] = known) {
  try {
    readQuery(raw, shape);
  } catch (error) {
    if (error instanceof DomainError && error.code === 'invalid_request') return error.details.errors;
    throw error;
  }
  return [];
}

describe('readQuery', () => {
  it.each([
    ['', {}],
    ['&&', {}],
    ['limit=5&cursor=5', { limit: 5, cursor: '5' }],
    ['least=-7&%6cimit=0', { least: -7, limit: 0 }],
    ['cursor=a%2Cb+c', { cursor: 'a,b c' }],
    ['cursor', { cursor: '' }],
    ['cursor=a=b', { cursor: 'a=b' }],
    ['limit=1,2', { limit: '1,2' }],
  ])('parses %j to %j', (raw, parameters) => {
    expect(readQuery(raw, known)).toEqual(parameters);
  });

  it.each([
    ['limits=5', ['limits']],
    ['LIMIT=5', ['LIMIT']],
    ['limit[]=5&limit.x=1', ['limit[]', 'limit.x']],
    ['__proto__=1&constructor=1&toString', ['__proto__', 'constructor', 'toString']],
    ['=1', ['']],
    ['x=1&x=2&limit=1', ['x']],
    ['%F0%9F%8E%89=1', ['🎉']],
  ])('rejects unknown parameters: %j', (raw, paths) => {
    expect(errorsOf(raw)).toEqual(paths.map((path) => ({ path, message: 'Unknown parameter' })));
  });

  it.each(['limit=1&limit=1', 'limit=1&cursor=a&limit=2', 'limit&limit&limit', '%6cimit=1&limit=2'])(
    'rejects a repeated parameter: %j',
    (raw) => {
      expect(errorsOf(raw)).toEqual([{ path: 'limit', message: 'Must not be repeated' }]);
    },
  );

  it.each(['1e1', ' 10', '10 ', '0x10', '+5', '10.0', '', '010', '-0', '1,2', '1_0', '١', 'Infinity'])(
    'does not convert %j to a number',
    (text) => {
      expect(readQuery(`${new URLSearchParams({ limit: text })}`, known)).toEqual({ limit: text });
    },
  );

  it('rejects every parameter if the operation has none', () => {
    expect(readQuery('', {})).toEqual({});
    expect(errorsOf('limit=1', {})).toEqual([{ path: 'limit', message: 'Unknown parameter' }]);
  });

  it('reports at most 100 errors', () => {
    const many = Array.from({ length: 3_000 }, (_, n) => n.toString(36)).join('&');
    expect(errorsOf(many)).toHaveLength(100);
  });
});
