import { type AttributeValue, type DynamoDBClient, GetItemCommand } from '@aws-sdk/client-dynamodb';
import pLimit from 'p-limit';
import * as z from 'zod';
import { readTables } from '../../localstack/tables.ts';
import type { Item } from '../simulation/dynamodb/item.ts';
import { sizeOf } from '../simulation/dynamodb/item.ts';
import { createTable, type Table } from '../simulation/dynamodb/table.ts';
import type { Call } from './wire.ts';

const attributes = z.record(
  z.string(),
  z.custom<AttributeValue>((value) => typeof value === 'object'),
);
const write = z.object({ TableName: z.string(), Key: attributes.optional(), Item: attributes.optional() });
const transaction = z.object({ TransactItems: z.array(z.record(z.string(), write)) });

/** As many connections as the SDK has. */
const few = pLimit(50);

/** What writing costs, by table. */
export interface WriteUnits {
  readonly table: string;
  readonly units: number;
  readonly indexUnits: number;
}

const isWrite = (operation: string): boolean => /^(Put|Update|Delete|TransactWrite)Item/.test(operation);

/** The writes in a request of the SDK; a read has none. */
function writesIn({ operation, body }: Call): z.output<typeof write>[] {
  if (!isWrite(operation)) return [];
  const input: unknown = JSON.parse(body);
  if (operation !== 'TransactWriteItems') return [write.parse(input)];
  return transaction.parse(input).TransactItems.flatMap((action) => Object.values(action));
}

/** One for each begun KB of the larger of both items, twice that in a transaction; one for each entry of an index that changes. */
export function unitsOf(
  table: Table,
  before: Item | undefined,
  after: Item | undefined,
  inTransaction: boolean,
): WriteUnits {
  const kilobytes = Math.max(1, Math.ceil(Math.max(sizeOf(before), sizeOf(after)) / 1_024));
  const indexUnits = table.indexes.reduce((sum, index) => sum + index.touched(before, after).length, 0);
  return { table: table.name, units: inTransaction ? 2 * kilobytes : kilobytes, indexUnits };
}

/**
 * Counts write units at the client: DynamoDB Local reports those of transactions wrongly. Items are read before and
 * after each write, so nothing else may write meanwhile.
 *
 * @param client sends past the tap
 * @see https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/read-write-operations.html
 */
export async function createMeter(client: DynamoDBClient, prefix: string) {
  const definitions = await readTables({ prefix });
  const tables = new Map(definitions.map((one) => [one.TableName, createTable(one, 1, 1, () => 0)]));

  async function look({
    TableName,
    Key,
    Item: put,
  }: z.output<typeof write>): Promise<{ table: Table; item: Item | undefined }> {
    const table = tables.get(TableName);
    const key = (Key ?? put)?.[table?.hashKey ?? ''];
    if (table === undefined || key === undefined) throw new Error(`a write to ${TableName} without its key`);
    const command = new GetItemCommand({ TableName, Key: { [table.hashKey]: key }, ConsistentRead: true });
    const { Item: item } = await client.send(command);
    return { table, item: item === undefined ? undefined : JSON.parse(JSON.stringify(item)) };
  }

  /** Carries the request out. @returns its reply, and what it wrote */
  return async <T>(call: Call, send: () => Promise<T>): Promise<{ reply: T; spent: WriteUnits[] }> => {
    const writes = writesIn(call);
    const before = await Promise.all(writes.map((one) => few(() => look(one))));
    const reply = await send();
    const after = await Promise.all(writes.map((one) => few(() => look(one))));
    const inTransaction = call.operation === 'TransactWriteItems';
    const spent = before.map(({ table, item }, n) => unitsOf(table, item, after[n]?.item, inTransaction));
    return { reply, spent };
  };
}
