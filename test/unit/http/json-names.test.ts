import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DomainError } from '../../../lib/errors.ts';
import { checkNames } from '../../../lib/http/json-names.ts';

/** Returns the error's fields; undefined if the JSON passes. */
function errorsOf(json: string) {
  try {
    checkNames(json);
  } catch (error) {
    if (error instanceof DomainError && error.code === 'invalid_request') return error.details.errors;
    throw error;
  }
  return undefined;
}

describe('checkNames', () => {
  it.each([
    ['{"a":1,"a":2}', 'a'],
    ['{"a":1,"a":1}', 'a'],
    ['{"a":1,"b":2,"a":3}', 'a'],
    ['{"a":1,"\\u0061":2}', 'a'],
    ['{"":1,"":2}', ''],
    ['{"a\\"b":1,"a\\"b":2}', 'a"b'],
    ['{"items":[{"q":1},{"id":1,"q":1,"q":2}]}', 'items.1.q'],
    ['[[0,{"a":{"b":[],"b":{}}}]]', '0.1.a.b'],
    ['{"x":{"a":1},"a":1,"x":2}', 'x'],
    [' { "a" : 1 , "a" : [ ] } ', 'a'],
    ['{"toString":1,"toString":2}', 'toString'],
  ])('rejects %s: %j is repeated', (json, path) => {
    expect(errorsOf(json)).toEqual([{ path, message: 'Must not be repeated' }]);
  });

  it.each([
    ['{"__proto__":{"role":"ADMIN"}}', '__proto__'],
    ['{"__proto__":null}', '__proto__'],
    ['{"\\u005f_proto__":1}', '__proto__'],
    ['{"constructor":{"prototype":{}}}', 'constructor'],
    ['{"surplus":[[{"a":{"__proto__":1}}]]}', 'surplus.0.0.a.__proto__'],
  ])('rejects %s: %j is forbidden', (json, path) => {
    expect(errorsOf(json)).toEqual([{ path, message: 'Key is not allowed' }]);
  });

  it.each([
    '{"a":{"b":1},"b":{"a":1}}',
    '[{"a":1},{"a":1}]',
    '{"a":"a","b":"a"}',
    '{"a":"\\",\\"a\\":{}","b":1}',
    '{"a":"{[,:]}\\\\","b":":"}',
    '{"a":1,"A":2,"a ":3}',
    '"a"',
    '0',
  ])('accepts %s', (json) => {
    expect(errorsOf(json)).toBeUndefined();
  });

  it('accepts any generated JSON, and rejects it once a key is repeated anywhere', () => {
    const value = fc.jsonValue({ maxDepth: 2, stringUnit: fc.constantFrom(...'"\\{}[]:,a\n😀') });
    fc.assert(
      fc.property(value, fc.boolean(), (written, spaced) => {
        const text = JSON.stringify(written, undefined, spaced ? 2 : 0);
        fc.pre(!/"(__proto__|constructor)"/.test(text));
        expect(errorsOf(text)).toBeUndefined();
        expect(errorsOf(`[{"k":${text},"l":[${text},{"m":${text},"m":${text}}]}]`)).toEqual([
          { path: '0.l.1.m', message: 'Must not be repeated' },
        ]);
      }),
    );
  });

  it('finds repeated keys at any depth within 64 KB', () => {
    const depth = 8_000;
    const inside = (json: string) => `${'['.repeat(depth)}${json}${']'.repeat(depth)}`;
    expect(errorsOf(inside('{"a":1}'))).toBeUndefined();
    expect(errorsOf(inside('{"a":1,"a":1}'))?.[0]?.path).toMatch(/^(0\.){8000}a$/);
    expect(errorsOf(`{"a":"${'\\\\'.repeat(30_000)}","b":1,"b":1}`)?.[0]?.path).toBe('b');
  });
});
