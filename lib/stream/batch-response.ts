import type { DynamoDBBatchResponse, DynamoDBRecord, DynamoDBStreamEvent } from 'aws-lambda';
import { logger } from '../platform/logger.ts';

/**
 * Reports the first failed record of a batch. Lambda retries that record and those behind it, but none before it.
 *
 * @param failures why a record failed, by record. The others succeeded
 * @throws the error of the first record, if that one failed. Lambda then bisects the batch until the record is alone.
 *   Reported, it would be redelivered together with those behind it until its retries are used up
 * @see https://docs.aws.amazon.com/lambda/latest/dg/services-ddb-batchfailurereporting.html
 */
export function batchResponse(
  { Records }: DynamoDBStreamEvent,
  failures: ReadonlyMap<DynamoDBRecord, unknown>,
): DynamoDBBatchResponse {
  const first = Records.find((record) => failures.has(record));
  if (first === undefined) return { batchItemFailures: [] };
  const error = failures.get(first);
  if (first === Records[0]) throw error;
  logger.error('BATCH_PARTLY_FAILED', { failed: failures.size, records: Records.length, error });
  // Lambda takes an empty identifier as a failure of the complete batch.
  return { batchItemFailures: [{ itemIdentifier: first.dynamodb?.SequenceNumber ?? '' }] };
}
