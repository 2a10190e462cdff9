import { conditionOf } from './condition.ts';
import { InvalidRequest } from './expression-parser.ts';
import { type Item, sizeOf, textOf, type Value } from './item.ts';
import type { Table } from './table.ts';
import { updateOf } from './update.ts';

/** What Put, Update, Delete and ConditionCheck have in common, alone or in a transaction. */
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

/** An item, before and after. */
export interface Change {
  readonly table: Table;
  readonly key: string;
  readonly before: Item | undefined;
  readonly after: Item | undefined;
}

const maxItemBytes = 400 * 1024;

export function writeOf(tables: ReadonlyMap<string, Table>, kind: WriteKind, input: WriteInput): Write {
  const table = tables.get(input.TableName);
  if (table === undefined) throw new InvalidRequest(`no table ${input.TableName}`);
  return { table, key: keyOf(table, kind === 'Put' ? input.Item : input.Key), kind, input };
}

export function keyOf(table: Table, item: Item | undefined): string {
  const key = textOf(item?.[table.hashKey]);
  if (key === undefined || key === '') throw new InvalidRequest(`${table.name}: the key is missing`);
  return key;
}

/**
 * What the write would do to the item as it is, or that its condition does not hold.
 *
 * @throws {InvalidRequest} for what no item could make right
 */
export function evaluate({ table, key, kind, input }: Write): Change | 'condition_failed' {
  const before = table.items.get(key);
  const { ExpressionAttributeNames: names = {}, ExpressionAttributeValues: values = {} } = input;
  const scope = { item: before, names, values };
  const { ConditionExpression: condition } = input;
  if (condition !== undefined && !conditionOf(condition)(scope)) return 'condition_failed';
  const after = resultOf(kind, input, { ...scope, item: before ?? input.Key });
  if (sizeOf(after) > maxItemBytes) throw new InvalidRequest('the item is larger than 400 KB');
  return { table, key, before, after: kind === 'ConditionCheck' ? before : after };
}

function resultOf(kind: WriteKind, input: WriteInput, scope: Parameters<ReturnType<typeof updateOf>>[0]) {
  if (kind === 'Put') return input.Item;
  if (kind === 'Update') {
    return input.UpdateExpression === undefined ? scope.item : updateOf(input.UpdateExpression)(scope);
  }
  return undefined;
}

/** Write units of one write of its own: one for each begun KB of the larger of both items. */
export const writeUnits = ({ before, after }: Pick<Change, 'before' | 'after'>): number =>
  Math.max(1, Math.ceil(Math.max(sizeOf(before), sizeOf(after)) / 1024));
