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

export type TransactItem = NonNullable<TransactWriteCommandInput['TransactItems']>[number];
export type StoredItem = Readonly<Record<string, unknown>>;

/** One action, and what it means when its condition failed on the item as it was (or on none). */
export interface TransactionWrite<Refusal> {
  readonly item: TransactItem;
  readonly refused: (old: StoredItem | undefined) => Refusal;
}

/**
 * `refusals` are in the order of the writes. `busy` says that another write met an item, or that the table
 * or the account was throttled: nothing is known about the conditions that are not in `refusals`.
 */
export type TransactionResult<Refusal> =
  | { readonly committed: true }
  | { readonly committed: false; readonly refusals: readonly Refusal[]; readonly busy: boolean };

/** At most this many actions go into one transaction: a limit of TransactWriteItems. */
export const maxTransactionActions = 100;

/** A transaction whose outcome is unknown is repeated with its token this often before we give up on it. */
const maxRepeats = 6;

/**
 * Sends the writes as one TransactWriteItems: all or none. A lost reply is safe, since every repeat carries
 * the same ClientRequestToken, for which DynamoDB executes a transaction at most once in ten minutes.
 *
 * @param writes 1 to 100, on distinct items
 * @throws what the SDK throws after its retries; whether the transaction happened is then unknown
 */
export async function transact<Refusal>(
  documents: Documents,
  writes: readonly TransactionWrite<Refusal>[],
): Promise<TransactionResult<Refusal>> {
  const command = new TransactWriteCommand({
    ClientRequestToken: randomUUID(),
    TransactItems: writes.map(({ item }) => item),
  });
  for (let attempt = 0; ; attempt++) {
    try {
      await documents.send(command);
      return { committed: true };
    } catch (error) {
      if (error instanceof TransactionCanceledException) return cancelled(error, writes);
      if (isRefusedAtOnce(error)) return { committed: false, refusals: [], busy: true };
      const repeatable = error instanceof TransactionInProgressException || isThrottling(error);
      if (!repeatable || attempt >= maxRepeats) throw error;
      await backoff(attempt);
    }
  }
}

const busyCodes = new Set(['TransactionConflict', 'ThrottlingError', 'ProvisionedThroughputExceeded']);

function cancelled<Refusal>(
  error: TransactionCanceledException,
  writes: readonly TransactionWrite<Refusal>[],
): TransactionResult<Refusal> {
  const refusals: Refusal[] = [];
  let busy = false;
  for (const [index, reason] of (error.CancellationReasons ?? []).entries()) {
    const write = writes[index];
    if (reason.Code === 'ConditionalCheckFailed' && write !== undefined) {
      refusals.push(write.refused(reason.Item === undefined ? undefined : unmarshall(reason.Item)));
    } else if (reason.Code !== undefined && busyCodes.has(reason.Code)) {
      busy = true;
    } else if (reason.Code !== undefined && reason.Code !== 'None') {
      throw error;
    }
  }
  if (refusals.length === 0 && !busy) throw error;
  return { committed: false, refusals, busy };
}

type Throttling = ProvisionedThroughputExceededException | RequestLimitExceeded | ThrottlingException;

const isThrottling = (error: unknown): error is Throttling =>
  error instanceof ThrottlingException ||
  error instanceof RequestLimitExceeded ||
  error instanceof ProvisionedThroughputExceededException;

/** Throttled at the first attempt: nothing was executed. After more, an earlier one may have been. */
const isRefusedAtOnce = (error: unknown): boolean => isThrottling(error) && error.$metadata.attempts === 1;
