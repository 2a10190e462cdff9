import type { DynamoDBBatchResponse, DynamoDBStreamEvent } from 'aws-lambda';
import { deliverBatch } from '../../../localstack/deliver-batch.ts';
import { textOf } from '../dynamodb/item.ts';
import type { StreamRecord } from '../dynamodb/journal.ts';
import type { Change } from '../dynamodb/write.ts';
import type { Random } from '../runtime/random.ts';
import type { VirtualTime } from '../runtime/virtual-time.ts';
import type { StreamSettings } from './stream-settings.ts';

/**
 * A batch is redelivered later, mixed with the previous batch and in any order, or it is never delivered.
 */
export type DeliveryFault = 'redelivered_batch' | 'dropped_batch';

export interface PendingRecord {
  readonly change: Change;
  readonly sequenceNumber: string;
  /** The image is not an order, as if another release had written it. */
  readonly isUnreadable: boolean;
}
type Batch = readonly PendingRecord[];

interface EventSourceOptions {
  readonly time: VirtualTime;
  readonly random: Random;
  readonly settings: StreamSettings;
  faultOf?: (() => DeliveryFault | undefined) | undefined;
  isUnreadable?: (() => boolean) | undefined;
  /** Rejects if the batch failed as a unit. */
  deliver(batch: Batch): Promise<DynamoDBBatchResponse>;
  onDiscarded(batch: Batch): void;
}

/** Lambda polls an idle shard four times a second. @see https://docs.aws.amazon.com/lambda/latest/dg/with-ddb.html */
const pollMs = 250;

/** Model assumption: Lambda does not document it. */
const retryMs = 500;

/** How long after its delivery a batch is redelivered. */
const redeliverAfterMs = { from: 50, to: 30_000 };

/**
 * Simulates how Lambda reads a table's stream: in order, one batch per shard at a time, with the retries of `deliverBatch`.
 * The filter passes only new PENDING orders.
 */
export function createEventSource({ time, random, settings, deliver, onDiscarded, ...faults }: EventSourceOptions) {
  const shards = new Map<number, PendingRecord[]>();
  const polling = new Set<number>();
  let previous: Batch = [];
  let sequence = 0;

  async function drain(shard: number, queue: PendingRecord[]): Promise<void> {
    await time.sleep(random.between(0, pollMs));
    if (settings.batchWindow !== undefined) await time.sleep(settings.batchWindow * 1_000);
    while (queue.length > 0) {
      const batch = queue.splice(0, settings.batchSize);
      const fault = faults.faultOf?.();
      if (fault === 'dropped_batch') continue;
      await deliverBatch(batch, {
        invoke: deliver,
        sequenceNumberOf: ({ sequenceNumber }) => sequenceNumber,
        pause: () => time.sleep(retryMs),
        isExhausted: (_, retries) => retries >= settings.maximumRetryAttempts,
        discard: onDiscarded,
      });
      if (fault === 'redelivered_batch') redeliver([...batch, ...previous]);
      previous = batch;
    }
    polling.delete(shard);
  }

  function redeliver(records: Batch): void {
    const shuffled = records
      .map((record) => ({ record, at: random.next() }))
      .sort((a, b) => a.at - b.at)
      .map(({ record }) => record);
    time.after(random.between(redeliverAfterMs.from, redeliverAfterMs.to), () => {
      // A failure has no effect, because the batch was already processed.
      deliver(shuffled).catch(() => {});
    });
  }

  return {
    onRecord({ shard, change }: StreamRecord): void {
      if (change.before !== undefined || textOf(change.after?.['status']) !== 'PENDING') return;
      const queue = shards.get(shard) ?? [];
      shards.set(shard, queue);
      queue.push({ change, sequenceNumber: String(++sequence), isUnreadable: faults.isUnreadable?.() ?? false });
      if (polling.has(shard)) return;
      polling.add(shard);
      drain(shard, queue).catch((error: unknown) => time.after(0, () => Promise.reject(error)));
    },
  };
}

/** Converts records to the event that the worker receives. */
export const eventOf = (batch: Batch): DynamoDBStreamEvent => ({
  Records: batch.map(({ change, sequenceNumber, isUnreadable }) => ({
    eventName: 'INSERT' as const,
    dynamodb: {
      SequenceNumber: sequenceNumber,
      NewImage: isUnreadable ? { id: { S: change.key } } : JSON.parse(JSON.stringify(change.after)),
    },
  })),
});
