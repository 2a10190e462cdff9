import { textOf } from '../dynamodb/item.ts';
import type { StreamRecord } from '../dynamodb/journal.ts';
import type { Random } from '../runtime/random.ts';
import type { VirtualTime } from '../runtime/virtual-time.ts';
import type { StreamSettings } from './stream-settings.ts';

/**
 * A batch is redelivered later, mixed with the previous batch and in any order, or it is never delivered.
 */
export type DeliveryFault = 'redelivered_batch' | 'dropped_batch';

interface EventSourceOptions {
  readonly time: VirtualTime;
  readonly random: Random;
  readonly settings: StreamSettings;
  faultOf?: ((batch: readonly StreamRecord[]) => DeliveryFault | undefined) | undefined;
  /** Rejects if the batch must be retried. */
  deliver(batch: readonly StreamRecord[]): Promise<void>;
}

/** Lambda polls an idle shard four times a second. @see https://docs.aws.amazon.com/lambda/latest/dg/with-ddb.html */
const pollMs = 250;

/** Model assumption: Lambda does not document it. */
const retryMs = 500;

/** How long after its delivery a batch is redelivered. */
const redeliverAfterMs = { from: 50, to: 30_000 };

/**
 * Simulates how Lambda reads a table's stream: in order, one batch per shard at a time. It splits a failed batch in two,
 * retries both and discards them after the last retry. The filter passes only new PENDING orders.
 */
export function createEventSource({ time, random, settings, faultOf, deliver }: EventSourceOptions) {
  const shards = new Map<number, StreamRecord[]>();
  const polling = new Set<number>();
  const discarded: StreamRecord[] = [];
  let previous: readonly StreamRecord[] = [];

  async function drain(shard: number, queue: StreamRecord[]): Promise<void> {
    await time.sleep(random.between(0, pollMs));
    if (settings.batchWindow !== undefined) await time.sleep(settings.batchWindow * 1_000);
    while (queue.length > 0) {
      const batch = queue.splice(0, settings.batchSize);
      const fault = faultOf?.(batch);
      if (fault === 'dropped_batch') continue;
      await attempt(batch, settings.maximumRetryAttempts);
      if (fault === 'redelivered_batch') redeliver([...batch, ...previous]);
      previous = batch;
    }
    polling.delete(shard);
  }

  async function attempt(batch: readonly StreamRecord[], retries: number): Promise<void> {
    try {
      await deliver(batch);
    } catch {
      await time.sleep(retryMs);
      const half = Math.ceil(batch.length / 2);
      // Lambda does not count a split as a retry.
      if (batch.length > 1) {
        await attempt(batch.slice(0, half), retries);
        await attempt(batch.slice(half), retries);
      } else if (retries > 0) await attempt(batch, retries - 1);
      else discarded.push(...batch);
    }
  }

  function redeliver(records: readonly StreamRecord[]): void {
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
    discarded,

    onRecord(record: StreamRecord): void {
      const { shard, change } = record;
      if (change.before !== undefined || textOf(change.after?.['status']) !== 'PENDING') return;
      const queue = shards.get(shard) ?? [];
      shards.set(shard, queue);
      queue.push(record);
      if (polling.has(shard)) return;
      polling.add(shard);
      drain(shard, queue).catch((error: unknown) => time.after(0, () => Promise.reject(error)));
    },
  };
}

/** Converts records to the event that the worker receives. */
export const eventOf = (batch: readonly StreamRecord[]) => ({
  Records: batch.map(({ change }, index) => ({
    eventID: String(index),
    eventName: 'INSERT' as const,
    dynamodb: { NewImage: JSON.parse(JSON.stringify(change.after)) },
  })),
});
