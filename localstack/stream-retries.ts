import { setTimeout as delay } from 'node:timers/promises';
import * as z from 'zod';
import { deliverBatch } from './deliver-batch.ts';

/** The part of serverless-offline's Lambda that the stream plugin uses. */
interface Lambda {
  get(functionKey: string): { setEvent(event: object): void; runHandler(): Promise<unknown> };
  cleanup(): Promise<void>;
}

export interface RetrySettings {
  readonly maximumRetryAttempts?: number;
  readonly maximumRecordAgeInSeconds?: number;
}

interface RetryOptions {
  /** Returns the settings of a function's stream. */
  settingsOf(functionKey: string): RetrySettings;
  readonly log: { warning(text: string): void; error(text: string): void };
  readonly retryMs?: number;
}

const streamRecord = z.looseObject({
  dynamodb: z.looseObject({ SequenceNumber: z.string(), ApproximateCreationDateTime: z.date() }),
});
type StreamRecord = z.output<typeof streamRecord>;
const streamEvent = z.object({ Records: z.array(streamRecord) });
const response = z.optional(z.object({ batchItemFailures: z.array(z.object({ itemIdentifier: z.string() })) }));

/**
 * Wraps serverless-offline's Lambda, so that a batch is retried and discarded as on AWS. The stream plugin would retry the
 * complete batch ten times, ignore its response and then drop it.
 *
 * The local stack has no queues: instead of sending a message to the dead-letter queue, it prints it.
 */
export function withStreamRetries(lambda: Lambda, { settingsOf, log, retryMs = 500 }: RetryOptions): Lambda {
  function deliver(functionKey: string, { Records }: z.output<typeof streamEvent>): Promise<void> {
    const { maximumRetryAttempts = Number.POSITIVE_INFINITY, maximumRecordAgeInSeconds = Number.POSITIVE_INFINITY } =
      settingsOf(functionKey);
    return deliverBatch(Records, {
      async invoke(batch) {
        const invoked = lambda.get(functionKey);
        invoked.setEvent({ Records: batch });
        try {
          return response.parse(await invoked.runHandler());
        } catch (error) {
          log.warning(`${functionKey}: ${error}`);
          throw error;
        }
      },
      sequenceNumberOf: ({ dynamodb }) => dynamodb.SequenceNumber,
      pause: () => delay(retryMs),
      isExhausted: (batch, retries) =>
        retries >= maximumRetryAttempts || batch.some((record) => ageOf(record) > maximumRecordAgeInSeconds),
      discard: (batch) => log.error(`Dead letter of ${functionKey}: ${JSON.stringify(deadLetter(batch))}`),
    });
  }

  return {
    cleanup: () => lambda.cleanup(),
    get(functionKey) {
      let event: z.output<typeof streamEvent> = { Records: [] };
      return {
        setEvent(given) {
          event = streamEvent.parse(given);
        },
        runHandler: () => deliver(functionKey, event),
      };
    },
  };
}

const ageOf = ({ dynamodb }: StreamRecord): number =>
  (Date.now() - dynamodb.ApproximateCreationDateTime.getTime()) / 1_000;

/**
 * Returns the fields of Lambda's message that are known here.
 *
 * @see https://docs.aws.amazon.com/lambda/latest/dg/services-dynamodb-errors.html
 */
const deadLetter = (batch: readonly StreamRecord[]) => ({
  DDBStreamBatchInfo: {
    startSequenceNumber: batch.at(0)?.dynamodb.SequenceNumber,
    endSequenceNumber: batch.at(-1)?.dynamodb.SequenceNumber,
    approximateArrivalOfFirstRecord: batch.at(0)?.dynamodb.ApproximateCreationDateTime,
    approximateArrivalOfLastRecord: batch.at(-1)?.dynamodb.ApproximateCreationDateTime,
    batchSize: batch.length,
  },
});
