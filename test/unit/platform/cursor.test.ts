import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import * as z from 'zod/mini';
import { cursorOf, nextCursor } from '../../../lib/platform/cursor.ts';

const cursor = cursorOf(z.object({ id: z.uuid() }));
const position = { id: '01890a5d-ac96-774b-bcce-b302099a8057' };

describe('a cursor', () => {
  it('leads back to its position', () => {
    expect(cursor.parse(nextCursor(position))).toEqual(position);
  });

  it('is null at the end of a list', () => {
    expect(nextCursor(undefined)).toBeNull();
  });

  it('of another list is refused', () => {
    expect(cursor.safeParse(nextCursor({ name: 'x' })).success).toBe(false);
    expect(cursor.safeParse(nextCursor({ id: 'not an id' })).success).toBe(false);
  });

  it('carries nothing beyond its shape into a query', () => {
    expect(cursor.parse(nextCursor({ ...position, listed: 'no' }))).toEqual(position);
  });

  it('that was tampered with is refused or leads to a valid position, and never throws', () => {
    const made = String(nextCursor(position));
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.base64String(),
          fc.tuple(fc.nat(made.length - 1), fc.string({ maxLength: 3 })).map(([at, replacement]) => {
            return made.slice(0, at) + replacement + made.slice(at + 1);
          }),
          fc.json().map((text) => Buffer.from(text).toString('base64url')),
        ),
        (text) => {
          const result = cursor.safeParse(text);
          if (result.success) expect(z.uuid().safeParse(result.data.id).success).toBe(true);
        },
      ),
    );
  });

  it('is bounded in length', () => {
    expect(cursor.safeParse('a'.repeat(501)).success).toBe(false);
  });
});
