import * as z from 'zod/mini';

const encode = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');

/** Decodes what `createCursor` made: opaque to clients, and refused when it is not of this shape. */
export function cursorOf<T extends z.ZodMiniType>(position: T) {
  return z.pipe(
    z.string().check(z.maxLength(500), z.regex(/^[A-Za-z0-9_-]+$/, { error: 'not a cursor of this list' })),
    z.transform((text, context): z.output<T> => {
      const parsed = position.safeParse(parseJson(Buffer.from(text, 'base64url').toString()));
      if (parsed.success) return parsed.data;
      context.issues.push({ code: 'custom', input: text, message: 'not a cursor of this list' });
      return z.NEVER;
    }),
  );
}

/** @param position of the last item given, or undefined at the end of the list */
export const nextCursor = (position: unknown): string | null =>
  position === undefined ? null : encode(position);

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
