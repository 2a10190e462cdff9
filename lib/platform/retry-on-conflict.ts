import { TransactionConflictException } from '@aws-sdk/client-dynamodb';
import { DomainError } from '../errors.ts';
import { backoff } from './backoff.ts';

/** About two seconds in total. A single write fits between two transactions on the same item. */
const maxAttempts = 40;
const baseMs = 5;
const capMs = 100;

/**
 * Retries a single write while transactions on the same item make it fail. The SDK does not retry such a conflict.
 *
 * @throws {DomainError} `contention` when every attempt conflicts; nothing was written
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
