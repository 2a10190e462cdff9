import * as z from 'zod/mini';

/** Text that DynamoDB can store: no lone surrogates, which it refuses as invalid UTF-8. */
export const text = (maxLength: number) =>
  z.string().check(
    z.trim(),
    z.minLength(1),
    z.maxLength(maxLength),
    z.refine((value) => value.isWellFormed(), { error: 'contains characters that are not valid Unicode' }),
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
export const pageLimit = z._default(z.coerce.number().check(z.int(), z.minimum(1), z.maximum(100)), 50);
