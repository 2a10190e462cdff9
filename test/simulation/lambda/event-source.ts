import { textOf } from '../dynamodb/item.ts';
import type { StreamRecord } from '../dynamodb/journal.ts';
import type { Random } from '../runtime/random.ts';
import type { VirtualTime } from '../runtime/virtual-time.ts';
import type { StreamSettings } from './stream-settings.ts';

/** What goes wrong with a batch: it comes again later, mixed with another and in any order; or it never comes. */
export type DeliveryFault = 'redelivered_batch' | 'dropped_batch';

interface EventSourceOptions {
  readonly time: VirtualTime;
  readonly random: Random;
  readonly settings: StreamSettings;
  faultOf?: ((batch: readonly StreamRecord[]) => DeliveryFault | undefined) | undefined;
  /** Rejects when the batch must be delivered again. */
  deliver(batch: readonly StreamRecord[]): Promise<void>;
}

/** Lambda polls an idle shard four times a second. @see https://docs.aws.amazon.com/lambda/latest/dg/with-ddb.html */
const pollMs = 250;

/** A modelling choice; Lambda does not say how long it waits. */
const retryMs = 500;

/** How late a batch comes again. */
const againMs = { from: 50, to: 30_000 };

/**
 * Lambda's reading of a table's stream: one batch at a time and shard, in order; a batch that fails comes again, in
 * halves, and is given up after the retries. Only new PENDING orders pass the filter.
 */
export function createEventSource({ time, random, settings, faultOf, deliver }: EventSourceOptions) {
  const shards = new Map<number, StreamRecord[]>();
  const polling = new Set<number>();
  const givenUp: StreamRecord[] = [];
  let earlier: readonly StreamRecord[] = [];

  async function drain(shard: number, queue: StreamRecord[]): Promise<void> {
    await time.sleep(random.between(0, pollMs));
    if (settings.batchWindow !== undefined) await time.sleep(settings.batchWindow * 1_000);
    while (queue.length > 0) {
      const batch = queue.splice(0, settings.batchSize);
      const fault = faultOf?.(batch);
      if (fault === 'dropped_batch') continue;
      await attempt(batch, settings.maximumRetryAttempts);
      if (fault === 'redelivered_batch') deliverAgain([...batch, ...earlier]);
      earlier = batch;
    }
    polling.delete(shard);
  }

  async function attempt(batch: readonly StreamRecord[], retries: number): Promise<void> {
    try {
      await deliver(batch);
    } catch {
      await time.sleep(retryMs);
      const half = Math.ceil(batch.length / 2);
      // Halving a batch is not counted as a retry.
      if (batch.length > 1) {
        await attempt(batch.slice(0, half), retries);
        await attempt(batch.slice(half), retries);
      } else if (retries > 0) await attempt(batch, retries - 1);
      else givenUp.push(...batch);
    }
  }

  function deliverAgain(records: readonly StreamRecord[]): void {
    const shuffled = records
      .map((record) => ({ record, at: random.next() }))
      .sort((a, b) => a.at - b.at)
      .map(({ record }) => record);
    time.after(random.between(againMs.from, againMs.to), () => {
      // Nobody waits for it, and its failure changes nothing: the batch had been dealt with.
      deliver(shuffled).catch(() => {});
    });
  }

  return {
    givenUp,

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

/** Records as Lambda hands them to the worker. */
export const eventOf = (batch: readonly StreamRecord[]) => ({
  Records: batch.map(({ change }, index) => ({
    eventID: String(index),
    eventName: 'INSERT' as const,
    dynamodb: { NewImage: JSON.parse(JSON.stringify(change.after)) },
  })),
});
