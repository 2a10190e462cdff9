import * as z from 'zod/mini';

/**
 * 1 to 255 printable ASCII characters, which every HTTP implementation preserves. No comma: API Gateway joins the
 * values of a repeated header with commas.
 */
export const idempotencyKey = z
  .string()
  .check(
    z.minLength(1),
    z.maxLength(255),
    z.regex(/^[\x21-\x2b\x2d-\x7e]+$/, { error: 'Must be printable ASCII without spaces and commas' }),
  );
