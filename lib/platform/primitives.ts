import * as z from 'zod/mini';
import { textPattern } from './text-pattern.ts';

const unreadable = 'Needs a visible character, and no control characters, line breaks or text direction controls';

/**
 * A name that people read: trimmed, with a visible character and without control characters.
 *
 * @param maxLength in code points, as JSON Schema counts; a code point takes up to 4 bytes
 */
export const text = (maxLength: number) =>
  z.string().check(
    z.regex(textPattern, { error: unreadable, abort: true }),
    // Unpaired surrogates are not part of the pattern: Rust rejects such a character class.
    z.refine((value) => value.isWellFormed(), { error: unreadable, abort: true }),
    z.trim(),
    z.minLength(1),
    z.maxLength(maxLength),
  );

/** A UUID of any version, stored in lower case. */
export const id = z.uuid().check(z.toLowerCase());

/** Units of a product in one line. */
export const quantity = z.int().check(z.minimum(1), z.maximum(1_000_000));

/**
 * Minor units of the shop's currency. The maximum keeps the largest total (50 lines × 1,000,000 units) below 2^53, so
 * sums are exact.
 */
export const price = z.int().check(z.minimum(0), z.maximum(99_999_999));

/** Units in one restock. */
export const units = z.int().check(z.minimum(0), z.maximum(1_000_000_000));

/** `?limit` of a list. */
export const pageLimit = z._default(
  z
    .int({
      error: ({ code }) => (code === 'invalid_type' ? 'Must be an integer in decimal digits' : undefined),
    })
    .check(z.minimum(1), z.maximum(100)),
  50,
);
