import type { DynamoDBBatchResponse } from 'aws-lambda';

export interface Delivery<T> {
  /** Invokes the function. No response means success. Rejects if it fails. */
  invoke(batch: readonly T[]): Promise<DynamoDBBatchResponse | undefined>;
  sequenceNumberOf(record: T): string | undefined;
  /** Waits before the next attempt. */
  pause(): Promise<void>;
  /** Whether a batch may not be retried again. */
  isExhausted(batch: readonly T[], retries: number): boolean;
  /** Sends the position of a batch to the on-failure destination. */
  discard(batch: readonly T[]): void;
}

/**
 * Delivers a batch of a stream as Lambda does with `BisectBatchOnFunctionError` and `ReportBatchItemFailures`, until each
 * record was processed or discarded:
 *
 * - After a response with failures, Lambda splits the batch at the lowest sequence number and retries from there on.
 * - After an error, or a response with an invalid identifier, it splits the batch in two.
 * - A batch that cannot be split is retried up to the limit. Splitting does not count as a retry.
 *
 * @see https://docs.aws.amazon.com/lambda/latest/dg/services-ddb-batchfailurereporting.html
 * @see https://docs.aws.amazon.com/lambda/latest/dg/services-dynamodb-errors.html
 */
export async function deliverBatch<T>(batch: readonly T[], delivery: Delivery<T>, retries = 0): Promise<void> {
  const failed = await firstFailed(batch, delivery);
  if (failed === undefined) return;
  const { pause, isExhausted, discard } = delivery;
  // Lambda splits a batch in two only after an error. A response that reports the first record splits off nothing.
  const middle = failed === 'error' ? Math.floor(batch.length / 2) : failed;
  if (middle === 0 && isExhausted(batch, retries)) {
    discard(batch);
    return;
  }
  await pause();
  if (middle === 0) await deliverBatch(batch, delivery, retries + 1);
  else {
    if (failed === 'error') await deliverBatch(batch.slice(0, middle), delivery, retries);
    await deliverBatch(batch.slice(middle), delivery, retries);
  }
}

/** @returns the position of the first failed record, or `error` if the batch failed as a unit */
async function firstFailed<T>(
  batch: readonly T[],
  { invoke, sequenceNumberOf }: Delivery<T>,
): Promise<number | 'error' | undefined> {
  let response: DynamoDBBatchResponse | undefined;
  try {
    response = await invoke(batch);
  } catch {
    return 'error';
  }
  const reported = response?.batchItemFailures ?? [];
  if (reported.length === 0) return undefined;
  const sequenceNumbers = batch.map(sequenceNumberOf);
  const lowest = Math.min(...reported.map(({ itemIdentifier }) => sequenceNumbers.indexOf(itemIdentifier)));
  return lowest === -1 ? 'error' : lowest;
}
