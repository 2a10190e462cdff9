import * as z from 'zod/mini';
import { parseJson } from './json.ts';

const invalid = 'Not a cursor of this list';

/** Creates the schema of a list's cursors: it decodes what `nextCursor` encoded from a position of this schema. */
export function cursorOf<T extends z.ZodMiniType>(position: T) {
  return z.pipe(
    z.string().check(z.maxLength(500), z.regex(/^[A-Za-z0-9_-]+$/, { error: invalid })),
    z.transform((text, context): z.output<T> => {
      const parsed = position.safeParse(parseJson(Buffer.from(text, 'base64url').toString()));
      if (parsed.success) return parsed.data;
      context.issues.push({ code: 'custom', input: text, message: invalid });
      return z.NEVER;
    }),
  );
}

/** @param position of the last item on the page; undefined at the end of the list */
export const nextCursor = (position: unknown): string | null =>
  position === undefined ? null : Buffer.from(JSON.stringify(position)).toString('base64url');
