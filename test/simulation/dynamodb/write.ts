import { conditionOf } from './condition.ts';
import { InvalidRequest } from './expression-parser.ts';
import { type Item, sizeOf, textOf, type Value } from './item.ts';
import type { Table } from './table.ts';
import { updateOf } from './update.ts';

/** The input of Put, Update, Delete and ConditionCheck, single or in a transaction. */
export interface WriteInput {
  readonly TableName: string;
  readonly Key?: Item;
  readonly Item?: Item;
  readonly UpdateExpression?: string;
  readonly ConditionExpression?: string;
  readonly ExpressionAttributeNames?: Readonly<Record<string, string>>;
  readonly ExpressionAttributeValues?: Readonly<Record<string, Value>>;
  readonly ReturnValues?: string;
  readonly ReturnValuesOnConditionCheckFailure?: string;
}

export type WriteKind = 'Put' | 'Update' | 'Delete' | 'ConditionCheck';

export interface Write {
  readonly table: Table;
  readonly key: string;
  readonly kind: WriteKind;
  readonly input: WriteInput;
}

/** An item before and after a write. */
export interface Change {
  readonly table: Table;
  readonly key: string;
  readonly before: Item | undefined;
  readonly after: Item | undefined;
}

const itemBytesMax = 400 * 1024;

export function writeOf(tables: ReadonlyMap<string, Table>, kind: WriteKind, input: WriteInput): Write {
  const table = tables.get(input.TableName);
  if (table === undefined) throw new InvalidRequest(`Unknown table ${input.TableName}`);
  return { table, key: keyOf(table, kind === 'Put' ? input.Item : input.Key), kind, input };
}

export function keyOf(table: Table, item: Item | undefined): string {
  const key = textOf(item?.[table.hashKey]);
  if (key === undefined || key === '') throw new InvalidRequest(`${table.name}: missing key`);
  return key;
}

/**
 * Returns what the write would change, without changing it.
 *
 * @throws {InvalidRequest} if the write is invalid
 */
export function evaluate({ table, key, kind, input }: Write): Change | 'condition_failed' {
  const before = table.items.get(key);
  const { ExpressionAttributeNames: names = {}, ExpressionAttributeValues: values = {} } = input;
  const scope = { item: before, names, values };
  const { ConditionExpression: condition } = input;
  if (condition !== undefined && !conditionOf(condition)(scope)) return 'condition_failed';
  const after = resultOf(kind, input, { ...scope, item: before ?? input.Key });
  if (sizeOf(after) > itemBytesMax) throw new InvalidRequest('The item is larger than 400 KB');
  return { table, key, before, after: kind === 'ConditionCheck' ? before : after };
}

function resultOf(kind: WriteKind, input: WriteInput, scope: Parameters<ReturnType<typeof updateOf>>[0]) {
  if (kind === 'Put') return input.Item;
  if (kind === 'Update') {
    return input.UpdateExpression === undefined ? scope.item : updateOf(input.UpdateExpression)(scope);
  }
  return undefined;
}

/** Returns the write units of a single write: one per started KB of the larger of both items. */
export const writeUnits = ({ before, after }: Pick<Change, 'before' | 'after'>): number =>
  Math.max(1, Math.ceil(Math.max(sizeOf(before), sizeOf(after)) / 1024));
