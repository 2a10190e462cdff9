import type { DynamoDBBatchResponse } from 'aws-lambda';
import { describe, expect, it } from 'vitest';
import * as z from 'zod/mini';
import { type RetrySettings, withStreamRetries } from '../../../localstack/stream-retries.ts';

type StreamEvent = { readonly Records: readonly { readonly dynamodb: { readonly SequenceNumber: string } }[] };
const sequenceNumbers = z.object({
  Records: z.array(z.object({ dynamodb: z.object({ SequenceNumber: z.string() }) })),
});

/** Runs a function on three records. @returns the sequence numbers of each invocation, and what was logged */
async function run(
  settings: RetrySettings,
  respond: (event: string) => DynamoDBBatchResponse,
  ApproximateCreationDateTime = new Date(),
) {
  const invocations: string[] = [];
  const lines: string[] = [];
  const log = { warning: (line: string) => lines.push(line), error: (line: string) => lines.push(line) };
  const lambda = {
    cleanup: async () => {},
    get() {
      let numbers = '';
      return {
        setEvent(event: object) {
          numbers = sequenceNumbers
            .parse(event)
            .Records.map(({ dynamodb }) => dynamodb.SequenceNumber)
            .join();
        },
        async runHandler() {
          invocations.push(numbers);
          return respond(numbers);
        },
      };
    },
  };
  const event: StreamEvent = {
    Records: ['1', '2', '3'].map((SequenceNumber) => ({ dynamodb: { SequenceNumber, ApproximateCreationDateTime } })),
  };
  const invoked = withStreamRetries(lambda, { settingsOf: () => settings, log, retryMs: 0 }).get('work');
  invoked.setEvent(event);
  await invoked.runHandler();
  return { invocations, lines };
}

const fail = (): never => {
  throw new Error('unavailable');
};

describe('withStreamRetries', () => {
  it('retries from a reported record, isolates it, and prints its position after the last retry', async () => {
    const { invocations, lines } = await run({ maximumRetryAttempts: 1 }, (numbers) => {
      if (numbers.startsWith('2')) fail();
      return { batchItemFailures: numbers.includes('2') ? [{ itemIdentifier: '2' }] : [] };
    });
    expect(invocations).toEqual(['1,2,3', '2,3', '2', '2', '3']);
    expect(lines.slice(0, -1)).toEqual(Array.from({ length: 3 }, () => 'work: Error: unavailable'));
    const [, letter = ''] = /^Dead letter of work: (.*)/.exec(lines.at(-1) ?? '') ?? [];
    expect(JSON.parse(letter)).toMatchObject({
      DDBStreamBatchInfo: { startSequenceNumber: '2', endSequenceNumber: '2', batchSize: 1 },
    });
  });

  it('does not retry records that are too old', async () => {
    const { invocations } = await run({ maximumRecordAgeInSeconds: 60 }, fail, new Date(Date.now() - 61_000));
    expect(invocations).toEqual(['1,2,3', '1', '2,3', '2', '3']);
  });
});
