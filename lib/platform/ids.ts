import { v5, v7 } from 'uuid';

/** Namespace of ids derived from idempotency keys. Changing it would forget every key in use. */
const idempotencyNamespace = '6f0e5c1e-3f0b-5a54-9d5e-0f6f0d4b8c11';

/**
 * A new id; ids sort by the millisecond they were made in (UUID version 7, RFC 9562). With options, even
 * none, `v7` keeps no state between calls: who owns time and randomness gets the same ids again.
 */
export const newId = (): string => v7({});

/** The same id for the same customer and key, always (UUID version 5, RFC 9562). */
export const derivedId = (customerId: string, key: string): string =>
  v5(`${customerId}:${key}`, idempotencyNamespace);
