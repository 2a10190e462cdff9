import { BatchGetCommand } from '@aws-sdk/lib-dynamodb';
import { DomainError } from '../errors.ts';
import { backoff } from './backoff.ts';
import { chunk } from './chunk.ts';
import type { Documents } from './dynamodb.ts';
import type { StoredItem } from './transaction.ts';

export interface TableKey {
  readonly table: string;
  readonly key: Readonly<Record<string, string>>;
}

const keysPerRequest = 100;
const maxAttempts = 8;

/**
 * Reads items by key from any tables and returns them by table. Absent items are left out. A strongly consistent read
 * is not a snapshot: each item is read at its own moment during the call.
 *
 * @param keys distinct, any number; sent as concurrent requests of up to 100 keys
 * @throws {DomainError} `contention` when DynamoDB leaves keys unprocessed in every attempt
 */
export async function batchGet(
  documents: Documents,
  keys: readonly TableKey[],
  consistency: 'strong' | 'eventual' = 'strong',
): Promise<Map<string, StoredItem[]>> {
  const requests = chunk(keys, keysPerRequest).map((part) => requestFor(part, consistency === 'strong'));
  const responses = await Promise.all(requests.map((request) => send(documents, request)));
  const itemsByTable = new Map<string, StoredItem[]>();
  for (const { table, item } of responses.flat()) {
    const items = itemsByTable.get(table);
    if (items === undefined) itemsByTable.set(table, [item]);
    else items.push(item);
  }
  return itemsByTable;
}

type RequestItems = NonNullable<BatchGetCommand['input']['RequestItems']>;

async function send(documents: Documents, request: RequestItems) {
  const items: { table: string; item: StoredItem }[] = [];
  let unprocessed = request;
  for (let attempt = 0; Object.keys(unprocessed).length > 0; attempt++) {
    if (attempt === maxAttempts) throw new DomainError('contention', { retryAfterSeconds: 1 });
    if (attempt > 0) await backoff(attempt);
    const response = await documents.send(new BatchGetCommand({ RequestItems: unprocessed }));
    for (const [table, found] of Object.entries(response.Responses ?? {})) {
      items.push(...found.map((item) => ({ table, item })));
    }
    unprocessed = response.UnprocessedKeys ?? {};
  }
  return items;
}

function requestFor(keys: readonly TableKey[], ConsistentRead: boolean): RequestItems {
  const request: RequestItems = {};
  for (const { table, key } of keys) {
    request[table] ??= { ConsistentRead, Keys: [] };
    request[table].Keys?.push(key);
  }
  return request;
}
