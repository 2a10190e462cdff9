import * as z from 'zod/mini';
import { textPattern } from './text-pattern.ts';

const unreadable =
  'needs a visible character, and no control characters, line breaks or text direction controls';

/**
 * A name that people read, without the blanks around it: one with something to see, and no control characters in it.
 *
 * @param maxLength in code points, as JSON Schema counts; one takes up to 4 bytes
 */
export const text = (maxLength: number) =>
  z.string().check(
    z.regex(textPattern, { error: unreadable, abort: true }),
    // Halves of a surrogate pair, which the pattern cannot name: Rust refuses such a class.
    z.refine((value) => value.isWellFormed(), { error: unreadable, abort: true }),
    z.trim(),
    z.minLength(1),
    z.maxLength(maxLength),
  );

/** A UUID of any version, in lower case as it is stored. */
export const id = z.uuid().check(z.toLowerCase());

/** Units of a product in one line. */
export const quantity = z.int().check(z.minimum(1), z.maximum(1_000_000));

/**
 * Minor units of the store's currency. The bounds keep the largest total (50 lines × 1,000,000 units) below
 * 2^53, so sums are exact.
 */
export const price = z.int().check(z.minimum(0), z.maximum(99_999_999));

/** Units supplied at once. */
export const units = z.int().check(z.minimum(0), z.maximum(1_000_000_000));

/** `?limit` of a list. */
export const pageLimit = z._default(
  z
    .int({
      error: ({ code }) => (code === 'invalid_type' ? 'must be an integer in decimal digits' : undefined),
    })
    .check(z.minimum(1), z.maximum(100)),
  50,
);
