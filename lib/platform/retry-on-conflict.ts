import { TransactionConflictException } from '@aws-sdk/client-dynamodb';
import { DomainError } from '../errors.ts';
import { backoff } from './backoff.ts';

/** Some two seconds in all: transactions on one item leave gaps that a single write gets into. */
const maxAttempts = 40;
const baseMs = 5;
const capMs = 100;

/**
 * Repeats a single write as long as DynamoDB refuses it because a transaction is at the same item, which the
 * SDK does not.
 *
 * @throws {DomainError} `contention` when the transactions never leave a gap; nothing was written
 */
export async function retryOnConflict<T>(write: () => Promise<T>): Promise<T> {
  for (let attempt = 0; attempt < maxAttempts; attempt++) {
    try {
      return await write();
    } catch (error) {
      if (!(error instanceof TransactionConflictException)) throw error;
      await backoff(attempt, baseMs, capMs);
    }
  }
  throw new DomainError('contention', { retryAfterSeconds: 1 });
}
