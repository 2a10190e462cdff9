import { createHash } from 'node:crypto';
import { derivedId } from './ids.ts';

/** Identifies a request with an idempotency key: its retries get the same `id`, another request another fingerprint. */
export interface Idempotency {
  readonly id: string;
  readonly fingerprint: string;
}

/**
 * @param operation so that a key cannot be reused for another operation
 * @param accountId the key's scope: another account may use the same key
 * @param body a retry must have the same body
 */
export const idempotencyOf = (operation: string, accountId: string, key: string, body: object): Idempotency => ({
  id: derivedId(accountId, key),
  fingerprint: createHash('sha256')
    .update(JSON.stringify([operation, body]))
    .digest('base64url'),
});
