import { createHash } from 'node:crypto';
import { derivedId } from './ids.ts';

/** What an idempotency key fixes: an id, the same for every request with the key, and the request it belongs to. */
export interface Idempotency {
  readonly id: string;
  readonly fingerprint: string;
}

/**
 * @param operation a part of the fingerprint: the same key for another operation is refused
 * @param accountId whose key it is: the same key of another account is another one
 * @param body what a repeat must ask for as well
 */
export const idempotencyOf = (
  operation: string,
  accountId: string,
  key: string,
  body: object,
): Idempotency => ({
  id: derivedId(accountId, key),
  fingerprint: createHash('sha256')
    .update(JSON.stringify([operation, body]))
    .digest('base64url'),
});
