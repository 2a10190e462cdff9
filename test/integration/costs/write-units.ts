import { type AttributeValue, type DynamoDBClient, GetItemCommand } from '@aws-sdk/client-dynamodb';
import pLimit from 'p-limit';
import * as z from 'zod';
import { readTables } from '../../../localstack/tables.ts';
import { type Item, sizeOf } from '../../simulation/dynamodb/item.ts';
import { createTable, type Table } from '../../simulation/dynamodb/table.ts';
import type { SdkRequest } from './intercept-sdk.ts';

const attributes = z.record(
  z.string(),
  z.custom<AttributeValue>((value) => typeof value === 'object'),
);
const write = z.object({ TableName: z.string(), Key: attributes.optional(), Item: attributes.optional() });
const transaction = z.object({ TransactItems: z.array(z.record(z.string(), write)) });

/** As many reads in parallel as the SDK has connections. */
const limited = pLimit(50);

/** The write units of one item, without and with those of the indexes. */
export interface WriteUnits {
  readonly table: string;
  readonly units: number;
  readonly indexUnits: number;
}

const isWrite = (operation: string): boolean => /^(Put|Update|Delete|TransactWrite)Item/.test(operation);

/** Returns the writes in a request of the SDK, none for a read. */
function writesIn({ operation, body }: SdkRequest): z.output<typeof write>[] {
  if (!isWrite(operation)) return [];
  const input: unknown = JSON.parse(body);
  if (operation !== 'TransactWriteItems') return [write.parse(input)];
  return transaction.parse(input).TransactItems.flatMap((action) => Object.values(action));
}

/**
 * Counts the units of one write: one per started KB of the larger of both items, twice that in a transaction, and one for
 * each index entry that changes.
 */
function unitsOf(table: Table, before: Item | undefined, after: Item | undefined, inTransaction: boolean): WriteUnits {
  const kilobytes = Math.max(1, Math.ceil(Math.max(sizeOf(before), sizeOf(after)) / 1_024));
  const indexUnits = table.indexes.reduce((sum, index) => sum + index.touched(before, after).length, 0);
  return { table: table.name, units: inTransaction ? 2 * kilobytes : kilobytes, indexUnits };
}

/**
 * Creates a meter that counts write units at the client, because DynamoDB Local reports those of transactions wrongly.
 * It reads each item before and after the write, so nothing else may write at the same time.
 *
 * @param client a client whose requests are not intercepted
 * @see https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/read-write-operations.html
 */
export async function createMeter(client: DynamoDBClient, prefix: string) {
  const definitions = await readTables({ prefix });
  const tables = new Map(definitions.map((one) => [one.TableName, createTable(one, 1, 1, () => 0)]));

  async function find({
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

  /** Sends the request. @returns its response, and the units that it consumed */
  return async <T>(request: SdkRequest, send: () => Promise<T>): Promise<{ response: T; spent: WriteUnits[] }> => {
    const writes = writesIn(request);
    const before = await Promise.all(writes.map((one) => limited(() => find(one))));
    const response = await send();
    const after = await Promise.all(writes.map((one) => limited(() => find(one))));
    const inTransaction = request.operation === 'TransactWriteItems';
    const spent = before.map(({ table, item }, n) => unitsOf(table, item, after[n]?.item, inTransaction));
    return { response, spent };
  };
}
