import type { DynamoDBBatchResponse } from 'aws-lambda';
import { textOf } from '../dynamodb/item.ts';
import type { SimulatedDynamoDb } from '../dynamodb/service.ts';
import type { PendingRecord } from '../lambda/event-source.ts';
import { tableName } from './container.ts';

interface DeliveryOptions {
  report(rule: string, detail: string): void;
  /** Whether a fault other than an unreadable record has occurred: then an order can stay PENDING. */
  hadFaults(): boolean;
}

export type DeliveryMonitor = ReturnType<typeof createDeliveryMonitor>;

/** Checks what the worker does with a batch, and what Lambda discards. */
export function createDeliveryMonitor({ report, hadFaults }: DeliveryOptions) {
  const pendingIn = (batch: readonly PendingRecord[], { tables }: SimulatedDynamoDb): string[] => {
    const stored = tables.get(tableName('orders'))?.items;
    const readable = batch.filter(({ isUnreadable }) => !isUnreadable).map(({ change }) => change.key);
    return readable.filter((id) => textOf(stored?.get(id)?.['status']) === 'PENDING');
  };

  return {
    processed(batch: readonly PendingRecord[], dynamodb: SimulatedDynamoDb): void {
      if (hadFaults()) return;
      for (const id of pendingIn(batch, dynamodb)) report('an unreadable record holds up no order of its batch', id);
    },

    responded(
      batch: readonly PendingRecord[],
      { batchItemFailures: [failed] }: DynamoDBBatchResponse,
      dynamodb: SimulatedDynamoDb,
    ): void {
      const reported = batch.findIndex(({ sequenceNumber }) => sequenceNumber === failed?.itemIdentifier);
      const done = reported === -1 ? batch : batch.slice(0, reported);
      for (const id of pendingIn(done, dynamodb)) report('the worker reports every order that it left PENDING', id);
      for (const { change, isUnreadable } of done)
        if (isUnreadable) report('an unreadable record ends in the dead-letter queue', change.key);
    },

    discarded(batch: readonly PendingRecord[]): void {
      if (batch.length > 1) report('a message in the dead-letter queue names one record', `${batch.length} records`);
    },
  };
}
