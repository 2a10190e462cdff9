import * as z from 'zod/mini';

/** Printable ASCII, as header fields carry it unharmed. */
export const idempotencyKey = z
  .string()
  .check(
    z.minLength(1),
    z.maxLength(255),
    z.regex(/^[\x21-\x7e]+$/, { error: 'must be printable ASCII without spaces' }),
  );
