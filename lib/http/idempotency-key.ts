import * as z from 'zod/mini';

/**
 * 1 to 255 printable ASCII characters, as header fields carry them unharmed. No comma: API Gateway joins a header that
 * is sent twice with one, and two keys are not a third.
 */
export const idempotencyKey = z
  .string()
  .check(
    z.minLength(1),
    z.maxLength(255),
    z.regex(/^[\x21-\x2b\x2d-\x7e]+$/, { error: 'must be printable ASCII without spaces and commas' }),
  );
