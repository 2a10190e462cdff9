import { BatchGetCommand } from '@aws-sdk/lib-dynamodb';
import { DomainError } from '../errors.ts';
import { backoff } from './backoff.ts';
import type { Documents } from './dynamodb.ts';
import type { StoredItem } from './transaction.ts';

type Key = Readonly<Record<string, string>>;

/** A key and the table it is read from. */
export interface TableKey {
  readonly table: string;
  readonly key: Key;
}

/** A limit of BatchGetItem. */
const maxKeys = 100;
const maxAttempts = 8;

/**
 * Reads many items by key, of any tables. Strongly consistent, each item is as it is at some moment during the
 * call, not all at the same one. Absent items are left out.
 *
 * @param keys distinct, any number: every 100 make one request, and the requests run side by side
 * @throws {DomainError} `contention` when DynamoDB leaves keys unread after all retries
 */
export async function batchGet(
  documents: Documents,
  keys: readonly TableKey[],
  consistency: 'strong' | 'eventual' = 'strong',
): Promise<Map<string, StoredItem[]>> {
  const chunks = Array.from({ length: Math.ceil(keys.length / maxKeys) }, (_, index) =>
    keys.slice(index * maxKeys, (index + 1) * maxKeys),
  );
  const found = new Map<string, StoredItem[]>();
  for (const { table, item } of (
    await Promise.all(
      chunks.map((chunk) => readChunk(documents, requestFor(chunk, consistency === 'strong'))),
    )
  ).flat()) {
    const items = found.get(table);
    if (items === undefined) found.set(table, [item]);
    else items.push(item);
  }
  return found;
}

type Request = NonNullable<BatchGetCommand['input']['RequestItems']>;

async function readChunk(documents: Documents, request: Request) {
  const items: { table: string; item: StoredItem }[] = [];
  let open = request;
  for (let attempt = 0; Object.keys(open).length > 0; attempt++) {
    if (attempt === maxAttempts) throw new DomainError('contention', { retryAfterSeconds: 1 });
    if (attempt > 0) await backoff(attempt);
    const reply = await documents.send(new BatchGetCommand({ RequestItems: open }));
    for (const [table, read] of Object.entries(reply.Responses ?? {})) {
      items.push(...read.map((item) => ({ table, item })));
    }
    open = reply.UnprocessedKeys ?? {};
  }
  return items;
}

function requestFor(keys: readonly TableKey[], ConsistentRead: boolean): Request {
  const request: Request = {};
  for (const { table, key } of keys) {
    request[table] ??= { ConsistentRead, Keys: [] };
    request[table].Keys?.push(key);
  }
  return request;
}
