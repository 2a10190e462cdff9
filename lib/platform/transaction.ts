import { randomUUID } from 'node:crypto';
import { TransactionCanceledException, TransactionInProgressException } from '@aws-sdk/client-dynamodb';
import { TransactWriteCommand, type TransactWriteCommandInput } from '@aws-sdk/lib-dynamodb';
import { unmarshall } from '@aws-sdk/util-dynamodb';
import { isThrottled } from './aws-errors.ts';
import { backoff } from './backoff.ts';
import type { Documents } from './dynamodb.ts';

export type TransactAction = NonNullable<TransactWriteCommandInput['TransactItems']>[number];
export type StoredItem = Readonly<Record<string, unknown>>;

/** One action, and what it means that its condition failed. `old` is the stored item if the action returns it. */
export interface TransactionWrite<Failure> {
  readonly action: TransactAction;
  readonly failure: (old: StoredItem | undefined) => Failure;
}

/**
 * Unless committed, nothing was written. `failures` has one entry for each failed condition, in the order of the
 * writes. `contention` means a conflict with another write, or throttling; conditions without a failure may then be
 * unchecked.
 */
export type TransactionResult<Failure> =
  | { readonly committed: true }
  | { readonly committed: false; readonly failures: readonly Failure[]; readonly contention: boolean };

/** The maximum of TransactWriteItems. */
export const maxTransactionActions = 100;

/** Retries of a transaction whose outcome is unknown. */
const maxRetries = 6;

/**
 * Sends writes as one transaction and retries it while its outcome is unknown, for example after a lost response.
 *
 * All attempts share a ClientRequestToken, for which DynamoDB commits at most one transaction in ten minutes. A
 * conflict after a lost response is retried here and never returned: the lost attempt may still commit, and a caller
 * that tried again with a new token could write twice.
 *
 * @param writes 1 to 100, on distinct items
 * @throws the SDK error if the outcome is unknown after all retries
 * @see https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_TransactWriteItems.html
 */
export async function transact<Failure>(
  documents: Documents,
  writes: readonly TransactionWrite<Failure>[],
): Promise<TransactionResult<Failure>> {
  const command = new TransactWriteCommand({
    ClientRequestToken: randomUUID(),
    TransactItems: writes.map(({ action }) => action),
  });
  /** The first error that leaves the outcome of an attempt unknown. */
  let lost: unknown;
  // Inside the SDK's retries, to see the error of every attempt and not only the last one.
  command.middlewareStack.add(
    (next) => async (args) => {
      try {
        return await next(args);
      } catch (error) {
        if (!isThrottled(error) && !(error instanceof TransactionCanceledException)) lost ??= error;
        throw error;
      }
    },
    // The document client adds a command's middleware twice; `override` keeps one.
    { step: 'finalizeRequest', name: 'recordLostAttempts', override: true },
  );
  for (let attempt = 0; ; attempt++) {
    try {
      await documents.send(command);
      return { committed: true };
    } catch (error) {
      const result = resultOf(error, writes);
      if (result !== undefined && (lost === undefined || result.failures.length > 0)) return result;
      if (result === undefined && !(error instanceof TransactionInProgressException)) throw error;
      if (attempt >= maxRetries) throw lost ?? error;
      await backoff(attempt);
    }
  }
}

const contentionCodes = new Set(['TransactionConflict', 'ThrottlingError', 'ProvisionedThroughputExceeded']);

/** Returns the result if the error says that DynamoDB wrote nothing; undefined for any other error. */
function resultOf<Failure>(error: unknown, writes: readonly TransactionWrite<Failure>[]) {
  if (isThrottled(error)) return { committed: false, failures: [], contention: true } as const;
  return error instanceof TransactionCanceledException ? resultOfCancellation(error, writes) : undefined;
}

function resultOfCancellation<Failure>(
  error: TransactionCanceledException,
  writes: readonly TransactionWrite<Failure>[],
) {
  const failures: Failure[] = [];
  let contention = false;
  for (const [index, reason] of (error.CancellationReasons ?? []).entries()) {
    const write = writes[index];
    if (reason.Code === 'ConditionalCheckFailed' && write !== undefined) {
      failures.push(write.failure(reason.Item === undefined ? undefined : unmarshall(reason.Item)));
    } else if (reason.Code !== undefined && contentionCodes.has(reason.Code)) {
      contention = true;
    } else if (reason.Code !== undefined && reason.Code !== 'None') {
      throw error;
    }
  }
  if (failures.length === 0 && !contention) throw error;
  return { committed: false, failures, contention } as const;
}
