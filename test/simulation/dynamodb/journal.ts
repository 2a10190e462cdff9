import type { Table } from './table.ts';
import type { Index } from './table-index.ts';
import { type Change, writeUnits } from './write.ts';

/** Units taken from the partitions, also by attempts that came to nothing. */
export interface Usage {
  writeUnits: number;
  indexWriteUnits: number;
  readUnits: number;
  conflicts: number;
  throttled: number;
  requests: number;
}

export const noUsage = (): Usage => ({
  writeUnits: 0,
  indexWriteUnits: 0,
  readUnits: 0,
  conflicts: 0,
  throttled: 0,
  requests: 0,
});

export interface StreamRecord {
  readonly table: string;
  readonly shard: number;
  readonly change: Change;
}

interface JournalOptions {
  readonly usage: Usage;
  /** Milliseconds until an index has a write; each write draws its own. */
  indexLagMs(): number;
  schedule(delayMs: number, run: () => void): unknown;
  onRecord(record: StreamRecord): void;
}

/**
 * Takes what a write costs and makes it visible: in the table at once, in its indexes some time later.
 *
 * A transaction prepares each item and then writes it, and both count; so one that is cancelled has taken half.
 *
 * @see https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/transaction-apis.html (capacity management)
 *
 * Modelling choice: a write that an index' partition has no units for is throttled itself. DynamoDB does so once
 * the index has fallen behind.
 */
export function createJournal({ usage, indexLagMs, schedule, onRecord }: JournalOptions) {
  let writes = 0;

  const touchedBy = ({ table, before, after }: Change): [Index, string][] =>
    table.indexes.flatMap((index) =>
      index.touched(before, after).map((hash): [Index, string] => [index, hash]),
    );

  function prepare(change: Change): boolean {
    const { table, key } = change;
    const units = writeUnits(change);
    const hasRoom = touchedBy(change).every(([index, hash]) => index.capacity.write(hash, 0));
    if (!hasRoom || !table.capacity.write(key, units)) {
      usage.throttled++;
      return false;
    }
    usage.writeUnits += units;
    return true;
  }

  function writeIndexes(change: Change): void {
    for (const [index, hash] of touchedBy(change)) {
      index.capacity.spend(hash, 1);
      usage.indexWriteUnits++;
    }
  }

  return {
    /** What a write of its own takes. @returns whether there were units left */
    charge(change: Change): boolean {
      if (!prepare(change)) return false;
      writeIndexes(change);
      return true;
    },

    /** In a transaction half of what an item costs is taken when it is prepared; the indexes wait. */
    prepare,

    /** The other half: what was prepared is written, even if there are no units left. */
    complete(change: Change): void {
      const units = writeUnits(change);
      change.table.capacity.spend(change.key, units);
      usage.writeUnits += units;
      writeIndexes(change);
    },

    apply(change: Change): void {
      const { table, key, before, after } = change;
      if (before === after) return;
      if (after === undefined) table.items.delete(key);
      else table.items.set(key, after);
      const write = writes++;
      for (const index of table.indexes) {
        if (index.touched(before, after).length > 0)
          schedule(indexLagMs(), () => index.apply(key, after, write));
      }
      if (table.hasStream) onRecord({ table: table.name, shard: shardOf(table, key), change });
    },
  };
}
export type Journal = ReturnType<typeof createJournal>;

const shardOf = (table: Table, key: string): number => table.capacity.partitionOf(key);
