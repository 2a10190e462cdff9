import { describe, expect, it } from 'vitest';
import * as z from 'zod/mini';
import { byRoute, leavesOf, requestParts } from '../../support/openapi/contracts.ts';

const bounds = z.object({ minLength: z.optional(z.int()), maxLength: z.optional(z.int()) });

/** Every text field of every request, with the bounds in the document. Texts without bounds are IDs. */
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

/** One character of two UTF-16 code units and four UTF-8 bytes. */
const wide = (length: number) => '😀'.repeat(length);
const plain = (length: number) => 'x'.repeat(length);
const etag = (length: number) => `"${'x'.repeat(length - 2)}"`;
/** Uses the longest local part and labels: RFC 5321, RFC 1035. */
function address(length: number): string {
  const domain = Array(length).fill(plain(63)).join('.');
  return `${plain(64)}@${domain.slice(0, length - 70)}.test`;
}

const isTaken = (schema: z.core.$ZodType, text: string) => z.core.safeParse(schema, text).success;
const issuesOf = (schema: z.core.$ZodType, text: string) =>
  z.core.safeParse(schema, text).error?.issues.map(({ code }) => code);

/** Returns the first candidate that the schema accepts at its maximum length. */
function fillOf({ name, schema, maxLength = 0 }: (typeof bounded)[number]) {
  const fill = [wide, plain, etag, address].find((each) => isTaken(schema, each(maxLength)));
  if (fill === undefined) throw new Error(`No sample text fits ${name} at its maximum length. Add one to fillOf.`);
  return fill;
}

it.each(bounded)('$name accepts $maxLength characters and rejects one more', (text) => {
  const { schema, maxLength = 0 } = text;
  const fill = fillOf(text);
  expect(isTaken(schema, fill(maxLength))).toBe(true);
  expect(issuesOf(schema, fill(maxLength + 1))).toContain('too_big');
});

it.each(bounded.filter(({ minLength }) => minLength !== undefined))(
  '$name accepts $minLength characters and rejects one fewer',
  (text) => {
    const { schema, minLength = 0 } = text;
    const fill = fillOf(text);
    expect(isTaken(schema, fill(minLength))).toBe(true);
    expect(isTaken(schema, fill(minLength - 1))).toBe(false);
  },
);

describe('text fields of requests', () => {
  it('count a character outside the basic plane as one', () => {
    const takeWide = bounded.filter((text) => fillOf(text) === wide);
    expect([...new Set(takeWide.map(({ path }) => path))].sort()).toEqual([
      'bootstrap-secret',
      'name',
      'password',
      'product_name',
      'username',
    ]);
  });

  it('have a maximum length, except IDs', () => {
    const open = texts.filter(({ maxLength }) => maxLength === undefined);
    expect([...new Set(open.map(({ format }) => format))]).toEqual(['uuid']);
    expect(bounded.length).toBeGreaterThanOrEqual(15);
  });
});
