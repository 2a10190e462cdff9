import type { Random } from '../runtime/random.ts';
import { InvalidRequest } from './expression-parser.ts';
import { type Item, sizeOf } from './item.ts';
import type { Usage } from './journal.ts';
import { type Answer, ok, type Reply, throttled } from './reply.ts';
import type { Table } from './table.ts';
import type { QueryInput } from './table-index.ts';
import { keyOf } from './write.ts';

interface ReadsOptions {
  readonly tables: ReadonlyMap<string, Table>;
  readonly usage: Usage;
  readonly jitter: Random;
  schedule(delayMs: number, run: () => void): unknown;
}

interface BatchInput {
  readonly RequestItems: Readonly<Record<string, { readonly Keys: readonly Item[] }>>;
}

const maxBatchKeys = 100;

/**
 * Reads see each item as its last write left it, also while the transaction of that write still writes others.
 *
 * @see https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/transaction-apis.html (isolation levels)
 */
export function createReads({ tables, usage, jitter, schedule }: ReadsOptions) {
  function tableOf(name: string): Table {
    const table = tables.get(name);
    if (table === undefined) throw new InvalidRequest(`no table ${name}`);
    return table;
  }

  function read(table: Table, key: string): Item | undefined | 'throttled' {
    const item = table.items.get(key);
    const units = Math.max(1, Math.ceil(sizeOf(item) / 4096));
    if (!table.capacity.read(key, units)) {
      usage.throttled++;
      return 'throttled';
    }
    usage.readUnits += units;
    return item;
  }

  return {
    get({ TableName, Key }: { readonly TableName: string; readonly Key: Item }): Reply {
      const table = tableOf(TableName);
      const item = read(table, keyOf(table, Key));
      if (item === 'throttled') return throttled();
      return ok(item === undefined ? {} : { Item: item });
    },

    /** Indexes lag behind their tables; reads of them are not charged. */
    query({ TableName, IndexName, ...input }: QueryInput & { readonly TableName: string }): Reply {
      const index = tableOf(TableName).indexes.find(({ name }) => name === IndexName);
      if (index === undefined) throw new InvalidRequest(`no index ${IndexName}`);
      return ok(index.query(input));
    },

    /** Each key is read at a moment of its own. */
    batchGet({ RequestItems }: BatchInput, totalMs: number, answer: Answer): void {
      const keys = Object.entries(RequestItems).flatMap(([name, { Keys }]) => {
        const table = tableOf(name);
        return Keys.map((Key) => ({ table, Key, key: keyOf(table, Key) }));
      });
      if (keys.length === 0 || keys.length > maxBatchKeys) throw new InvalidRequest('1 to 100 keys');
      const Responses: Record<string, Item[]> = {};
      const UnprocessedKeys: Record<string, { Keys: Item[]; ConsistentRead: true }> = {};
      for (const { table, Key, key } of keys) {
        schedule(totalMs * (0.4 + 0.3 * jitter.next()), () => {
          const item = read(table, key);
          if (item === 'throttled') {
            UnprocessedKeys[table.name] ??= { Keys: [], ConsistentRead: true };
            UnprocessedKeys[table.name]?.Keys.push(Key);
          } else if (item !== undefined) {
            Responses[table.name] ??= [];
            Responses[table.name]?.push(item);
          }
        });
      }
      answer(ok({ Responses, UnprocessedKeys }), totalMs);
    },
  };
}
