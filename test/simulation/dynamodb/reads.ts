import type { Random } from '../runtime/random.ts';
import { InvalidRequest } from './expression-parser.ts';
import { type Item, sizeOf } from './item.ts';
import type { Usage } from './journal.ts';
import { ok, type Respond, type Response, throttled } from './response.ts';
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

const batchKeysMax = 100;

/**
 * Simulates reads. They return each item as last written, even while the transaction of that write is still writing others.
 *
 * @see https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/transaction-apis.html (isolation levels)
 */
export function createReads({ tables, usage, jitter, schedule }: ReadsOptions) {
  function tableOf(name: string): Table {
    const table = tables.get(name);
    if (table === undefined) throw new InvalidRequest(`Unknown table ${name}`);
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
    get({ TableName, Key }: { readonly TableName: string; readonly Key: Item }): Response {
      const table = tableOf(TableName);
      const item = read(table, keyOf(table, Key));
      if (item === 'throttled') return throttled();
      return ok(item === undefined ? {} : { Item: item });
    },

    /** Reads an index, which lags behind its table. Not charged. */
    query({ TableName, IndexName, ...input }: QueryInput & { readonly TableName: string }): Response {
      const index = tableOf(TableName).indexes.find(({ name }) => name === IndexName);
      if (index === undefined) throw new InvalidRequest(`Unknown index ${IndexName}`);
      return ok(index.query(input));
    },

    /** Reads each key at a different time. */
    batchGet({ RequestItems }: BatchInput, totalMs: number, respond: Respond): void {
      const keys = Object.entries(RequestItems).flatMap(([name, { Keys }]) => {
        const table = tableOf(name);
        return Keys.map((Key) => ({ table, Key, key: keyOf(table, Key) }));
      });
      if (keys.length === 0 || keys.length > batchKeysMax) throw new InvalidRequest('A batch must have 1 to 100 keys');
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
      respond(ok({ Responses, UnprocessedKeys }), totalMs);
    },
  };
}
