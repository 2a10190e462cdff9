import { randomUUID } from 'node:crypto';
import {
  ProvisionedThroughputExceededException,
  RequestLimitExceeded,
  ThrottlingException,
  TransactionCanceledException,
  TransactionInProgressException,
} from '@aws-sdk/client-dynamodb';
import { TransactWriteCommand, type TransactWriteCommandInput } from '@aws-sdk/lib-dynamodb';
import { unmarshall } from '@aws-sdk/util-dynamodb';
import { backoff } from './backoff.ts';
import type { Documents } from './dynamodb.ts';

export type TransactAction = NonNullable<TransactWriteCommandInput['TransactItems']>[number];
export type StoredItem = Readonly<Record<string, unknown>>;

/** One action, and what it means when its condition failed on the item as it was (or on none). */
export interface TransactionWrite<Failure> {
  readonly item: TransactAction;
  readonly failure: (old: StoredItem | undefined) => Failure;
}

/**
 * `failures` are in the order of the writes. `contention` says that another write met an item, or that the table
 * or the account was throttled: nothing is known about the conditions that are not in `failures`.
 */
export type TransactionResult<Failure> =
  | { readonly committed: true }
  | { readonly committed: false; readonly failures: readonly Failure[]; readonly contention: boolean };

/** At most this many actions go into one transaction: a limit of TransactWriteItems. */
export const maxTransactionActions = 100;

/** A transaction whose outcome is unknown is repeated with its token this often before we give up on it. */
const maxRepeats = 6;

/**
 * Sends the writes as one TransactWriteItems: all or none. A lost reply is safe, since every repeat carries
 * the same ClientRequestToken, for which DynamoDB executes a transaction at most once in ten minutes. So an
 * attempt that is still on its way does no harm later either: once a reply was lost, contention items are no answer
 * with which a caller might begin anew, under another token.
 *
 * @param writes 1 to 100, on distinct items
 * @throws what the SDK throws after its retries; whether the transaction happened is then unknown
 */
export async function transact<Failure>(
  documents: Documents,
  writes: readonly TransactionWrite<Failure>[],
): Promise<TransactionResult<Failure>> {
  const command = new TransactWriteCommand({
    ClientRequestToken: randomUUID(),
    TransactItems: writes.map(({ item }) => item),
  });
  /** Why it is not known whether an attempt was, or still will be, carried out. */
  let lost: unknown;
  // Inside the SDK's retries, where every attempt is seen and not the last one only.
  command.middlewareStack.add(
    (next) => async (args) => {
      try {
        return await next(args);
      } catch (error) {
        if (!isThrottling(error) && !(error instanceof TransactionCanceledException)) lost ??= error;
        throw error;
      }
    },
    // The document client adds a command's middleware twice; this keeps one of them.
    { step: 'finalizeRequest', name: 'outcomes', override: true },
  );
  for (let attempt = 0; ; attempt++) {
    try {
      await documents.send(command);
      return { committed: true };
    } catch (error) {
      const result = resultOf(error, writes);
      if (result !== undefined && (lost === undefined || result.failures.length > 0)) return result;
      if (result === undefined && !(error instanceof TransactionInProgressException)) throw error;
      if (attempt >= maxRepeats) throw lost ?? error;
      await backoff(attempt);
    }
  }
}

const busyCodes = new Set(['TransactionConflict', 'ThrottlingError', 'ProvisionedThroughputExceeded']);

/** What DynamoDB said in place of carrying it out; undefined for any other error. */
function resultOf<Failure>(error: unknown, writes: readonly TransactionWrite<Failure>[]) {
  if (isThrottling(error)) return { committed: false, failures: [], contention: true } as const;
  return error instanceof TransactionCanceledException ? cancelled(error, writes) : undefined;
}

function cancelled<Failure>(
  error: TransactionCanceledException,
  writes: readonly TransactionWrite<Failure>[],
) {
  const failures: Failure[] = [];
  let contention = false;
  for (const [index, reason] of (error.CancellationReasons ?? []).entries()) {
    const write = writes[index];
    if (reason.Code === 'ConditionalCheckFailed' && write !== undefined) {
      failures.push(write.failure(reason.Item === undefined ? undefined : unmarshall(reason.Item)));
    } else if (reason.Code !== undefined && busyCodes.has(reason.Code)) {
      contention = true;
    } else if (reason.Code !== undefined && reason.Code !== 'None') {
      throw error;
    }
  }
  if (failures.length === 0 && !contention) throw error;
  return { committed: false, failures, contention } as const;
}

const isThrottling = (error: unknown): boolean =>
  error instanceof ThrottlingException ||
  error instanceof RequestLimitExceeded ||
  error instanceof ProvisionedThroughputExceededException;
