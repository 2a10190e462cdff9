import { describe, expect, it } from 'vitest';
import * as z from 'zod/mini';
import { byRoute, leavesOf, requestParts } from '../../support/openapi/contracts.ts';

const bounds = z.object({ minLength: z.optional(z.int()), maxLength: z.optional(z.int()) });

/** Every text of every request, with its bounds as the document gives them; those without are ids. */
const texts = byRoute.flatMap(({ route, request }) =>
  requestParts.flatMap((part) =>
    leavesOf(request[part])
      .filter(({ schema }) => schema instanceof z.core.$ZodString)
      .map(({ path, schema }) => {
        const { format, ...rest } = z.toJSONSchema(schema, { io: 'input' });
        return { name: `${route} ${part} ${path}`, path, schema, format, ...bounds.parse(rest) };
      }),
  ),
);
const bounded = texts.filter(({ maxLength }) => maxLength !== undefined);

/** Two code units and four bytes of UTF-8, and one character. */
const wide = (length: number) => '😀'.repeat(length);
const plain = (length: number) => 'x'.repeat(length);
const etag = (length: number) => `"${'x'.repeat(length - 2)}"`;
/** With a local part and labels as long as they may be: RFC 5321, RFC 1035. */
function address(length: number): string {
  const domain = Array(length).fill(plain(63)).join('.');
  return `${plain(64)}@${domain.slice(0, length - 70)}.test`;
}

const isTaken = (schema: z.core.$ZodType, text: string) => z.core.safeParse(schema, text).success;
const issuesOf = (schema: z.core.$ZodType, text: string) =>
  z.core.safeParse(schema, text).error?.issues.map(({ code }) => code);

/** The first of these that the schema takes at its full length. */
function fillOf({ name, schema, maxLength = 0 }: (typeof bounded)[number]) {
  const fill = [wide, plain, etag, address].find((each) => isTaken(schema, each(maxLength)));
  if (fill === undefined) throw new Error(`say here of what it may be as long as that: ${name}`);
  return fill;
}

it.each(bounded)('$name takes $maxLength characters, and not one more', (text) => {
  const { schema, maxLength = 0 } = text;
  const fill = fillOf(text);
  expect(isTaken(schema, fill(maxLength))).toBe(true);
  expect(issuesOf(schema, fill(maxLength + 1))).toContain('too_big');
});

it.each(bounded.filter(({ minLength }) => minLength !== undefined))(
  '$name takes $minLength characters, and not one less',
  (text) => {
    const { schema, minLength = 0 } = text;
    const fill = fillOf(text);
    expect(isTaken(schema, fill(minLength))).toBe(true);
    expect(isTaken(schema, fill(minLength - 1))).toBe(false);
  },
);

describe('texts of requests', () => {
  it('count characters beyond the basic plane as one, wherever these may stand', () => {
    const takeWide = bounded.filter((text) => fillOf(text) === wide);
    expect([...new Set(takeWide.map(({ path }) => path))].sort()).toEqual([
      'bootstrap-secret',
      'name',
      'password',
      'product_name',
      'username',
    ]);
  });

  it('have a bound, but for ids', () => {
    const open = texts.filter(({ maxLength }) => maxLength === undefined);
    expect([...new Set(open.map(({ format }) => format))]).toEqual(['uuid']);
    expect(bounded.length).toBeGreaterThanOrEqual(15);
  });
});
