import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import * as z from 'zod/mini';
import { cursorOf, nextCursor } from '../../../lib/platform/cursor.ts';

const cursor = cursorOf(z.object({ id: z.uuid() }));
const position = { id: '01890a5d-ac96-774b-bcce-b302099a8057' };

describe('cursorOf', () => {
  it('decodes the position that nextCursor encoded', () => {
    expect(cursor.parse(nextCursor(position))).toEqual(position);
  });

  it('gets null from nextCursor at the end of a list', () => {
    expect(nextCursor(undefined)).toBeNull();
  });

  it('rejects a cursor of another list', () => {
    expect(cursor.safeParse(nextCursor({ name: 'x' })).success).toBe(false);
    expect(cursor.safeParse(nextCursor({ id: 'not an id' })).success).toBe(false);
  });

  it('drops fields that are not in the schema', () => {
    expect(cursor.parse(nextCursor({ ...position, listed: 'no' }))).toEqual(position);
  });

  it('rejects a tampered cursor or decodes a valid position, and never throws', () => {
    const encoded = String(nextCursor(position));
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.base64String(),
          fc.tuple(fc.nat(encoded.length - 1), fc.string({ maxLength: 3 })).map(([at, replacement]) => {
            return encoded.slice(0, at) + replacement + encoded.slice(at + 1);
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

  it('rejects more than 500 characters', () => {
    expect(cursor.safeParse('a'.repeat(501)).success).toBe(false);
  });
});
