import { ScanCommand } from '@aws-sdk/lib-dynamodb';
import type { Documents } from '../../lib/platform/dynamodb.ts';
import type { StoredItem } from '../../lib/platform/transaction.ts';

/** Reads a table page by page, strongly consistent. */
export async function* pagesOf(documents: Documents, TableName: string): AsyncGenerator<readonly StoredItem[]> {
  let position: Record<string, unknown> | undefined;
  do {
    const scan = { TableName, ConsistentRead: true, ...(position && { ExclusiveStartKey: position }) };
    const { Items = [], LastEvaluatedKey } = await documents.send(new ScanCommand(scan));
    yield Items;
    position = LastEvaluatedKey;
  } while (position !== undefined);
}

/** Reads a complete table into memory, strongly consistent. */
export async function itemsOf(documents: Documents, table: string): Promise<StoredItem[]> {
  const items: StoredItem[] = [];
  for await (const page of pagesOf(documents, table)) items.push(...page);
  return items;
}
