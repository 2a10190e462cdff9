import type { Journal, Usage } from './journal.ts';
import type { Observer } from './observer.ts';
import { conditionFailed, conflict, ok, type Response, throttled } from './response.ts';
import type { Table } from './table.ts';
import { evaluate, type WriteInput, type WriteKind, writeOf } from './write.ts';

const kinds = { PutItem: 'Put', UpdateItem: 'Update', DeleteItem: 'Delete' } as const satisfies Record<
  string,
  WriteKind
>;
type Operation = keyof typeof kinds;

export const isSingleWrite = (operation: string): operation is Operation => operation in kinds;

interface SingleWritesOptions {
  readonly tables: ReadonlyMap<string, Table>;
  readonly journal: Journal;
  readonly usage: Usage;
  readonly observer: Observer;
}

/**
 * Executes Put, Update and Delete of one item. They fail with a conflict while a transaction holds the item.
 *
 * @see https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_PutItem.html (TransactionConflictException)
 */
export function createSingleWrites({ tables, journal, usage, observer }: SingleWritesOptions) {
  return function writeSingly(operation: Operation, input: WriteInput, task: string): Response {
    const write = writeOf(tables, kinds[operation], input);
    const { table, key } = write;
    const old = table.items.get(key);
    const change = evaluate(write);
    // A failed write costs as much as writing the existing item.
    const cost = change === 'condition_failed' ? { table, key, before: old, after: old } : change;
    if (!journal.charge(cost)) return throttled();
    if (table.held.has(key)) {
      usage.conflicts++;
      return conflict();
    }
    if (change === 'condition_failed') {
      return conditionFailed(input.ReturnValuesOnConditionCheckFailure === 'ALL_OLD' ? old : undefined);
    }
    observer.onDecided([change], task);
    journal.apply(change);
    observer.onWritten([change]);
    return ok(input.ReturnValues === 'ALL_NEW' ? { Attributes: change.after } : {});
  };
}
