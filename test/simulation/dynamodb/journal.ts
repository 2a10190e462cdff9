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
  inside(delayMs: number, run: () => void): unknown;
  onRecord(record: StreamRecord): void;
}

/**
 * Takes what a write costs and makes it visible: in the table at once, in its indexes some time later.
 *
 * Modelling choice: a write that an index' partition has no units for is throttled itself. DynamoDB does so once
 * the index has fallen behind.
 */
export function createJournal({ usage, indexLagMs, inside, onRecord }: JournalOptions) {
  let writes = 0;

  return {
    /** @param times 2 in a transaction: prepared and written. @returns whether there were units left */
    charge(change: Change, times: 1 | 2): boolean {
      const { table, key } = change;
      const units = writeUnits(change) * times;
      const indexes = table.indexes.flatMap((index): [Index, string][] =>
        index.touched(change.before, change.after).map((hash) => [index, hash]),
      );
      const has =
        table.capacity.write(key, units) && indexes.every(([index, hash]) => index.capacity.write(hash, 1));
      if (!has) {
        usage.throttled++;
        return false;
      }
      usage.writeUnits += units;
      usage.indexWriteUnits += indexes.length;
      return true;
    },

    apply(change: Change): void {
      const { table, key, before, after } = change;
      if (before === after) return;
      if (after === undefined) table.items.delete(key);
      else table.items.set(key, after);
      const write = writes++;
      for (const index of table.indexes) {
        if (index.touched(before, after).length > 0)
          inside(indexLagMs(), () => index.apply(key, after, write));
      }
      if (table.hasStream) onRecord({ table: table.name, shard: shardOf(table, key), change });
    },
  };
}
export type Journal = ReturnType<typeof createJournal>;

const shardOf = (table: Table, key: string): number => table.capacity.partitionOf(key);
