import { v5, v7 } from 'uuid';

/** Namespace of the ids derived from idempotency keys. Never change it: all keys in use would start new requests. */
const idempotencyNamespace = '6f0e5c1e-3f0b-5a54-9d5e-0f6f0d4b8c11';

/**
 * Creates an id that sorts by its creation time in milliseconds (UUID version 7, RFC 9562).
 *
 * With an options object, `v7` keeps no state between calls, so a simulation with its own time and randomness is
 * reproducible.
 */
export const newId = (): string => v7({});

/** Derives the id of a customer's idempotency key, always the same (UUID version 5, RFC 9562). */
export const derivedId = (customerId: string, key: string): string => v5(`${customerId}:${key}`, idempotencyNamespace);
