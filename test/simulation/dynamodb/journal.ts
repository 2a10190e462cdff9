import type { Table } from './table.ts';
import type { Index } from './table-index.ts';
import { type Change, writeUnits } from './write.ts';

/** Consumed units and counts, including failed attempts. */
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
  /** Returns how long a write takes to reach an index. */
  indexLagMs(): number;
  schedule(delayMs: number, run: () => void): unknown;
  onRecord(record: StreamRecord): void;
}

/**
 * Charges writes and makes them visible: in the table at once, in its indexes later.
 *
 * A transaction consumes units when it prepares an item and again when it writes it, so a cancelled one consumes half.
 *
 * @see https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/transaction-apis.html (capacity management)
 *
 * Model assumption: a write is throttled as soon as a partition of an index has no units left. DynamoDB throttles it only
 * once the index has fallen behind.
 */
export function createJournal({ usage, indexLagMs, schedule, onRecord }: JournalOptions) {
  let writes = 0;

  const indexWritesOf = ({ table, before, after }: Change): [Index, string][] =>
    table.indexes.flatMap((index) => index.touched(before, after).map((hash): [Index, string] => [index, hash]));

  function prepare(change: Change): boolean {
    const { table, key } = change;
    const units = writeUnits(change);
    const hasRoom = indexWritesOf(change).every(([index, hash]) => index.capacity.write(hash, 0));
    if (!hasRoom || !table.capacity.write(key, units)) {
      usage.throttled++;
      return false;
    }
    usage.writeUnits += units;
    return true;
  }

  function writeIndexes(change: Change): void {
    for (const [index, hash] of indexWritesOf(change)) {
      index.capacity.spend(hash, 1);
      usage.indexWriteUnits++;
    }
  }

  return {
    /** Charges a single write. @returns false if it is throttled */
    charge(change: Change): boolean {
      if (!prepare(change)) return false;
      writeIndexes(change);
      return true;
    },

    /** Charges the first half of a transactional write. @returns false if it is throttled */
    prepare,

    /** Charges the second half, even above the limit, because a prepared write must complete. */
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
        if (index.touched(before, after).length > 0) schedule(indexLagMs(), () => index.apply(key, after, write));
      }
      if (table.hasStream) onRecord({ table: table.name, shard: shardOf(table, key), change });
    },
  };
}
export type Journal = ReturnType<typeof createJournal>;

const shardOf = (table: Table, key: string): number => table.capacity.partitionOf(key);
