import type { Capacity } from './capacity.ts';
import { conditionOf } from './condition.ts';
import { InvalidRequest } from './expression-parser.ts';
import { type Item, isEqual, textOf, type Value } from './item.ts';

interface Definition {
  readonly IndexName: string;
  readonly KeySchema: readonly { readonly AttributeName: string }[];
  readonly Projection: { readonly ProjectionType: string };
}

export interface QueryInput {
  readonly IndexName?: string;
  readonly KeyConditionExpression: string;
  readonly ExpressionAttributeNames?: Readonly<Record<string, string>>;
  readonly ExpressionAttributeValues?: Readonly<Record<string, Value>>;
  readonly ScanIndexForward?: boolean;
  readonly Limit?: number;
  readonly ExclusiveStartKey?: Item;
}

export type Index = ReturnType<typeof createIndex>;

/** A global secondary index with hash and range key, both strings. It contains only items that have both. */
export function createIndex({ IndexName, KeySchema, Projection }: Definition, tableKey: string, capacity: Capacity) {
  const [hashKey = '', rangeKey = ''] = KeySchema.map(({ AttributeName }) => AttributeName);
  const entries = new Map<string, Map<string, Item>>();
  /** Writes reach the index in any order; the latest write of each item wins. */
  const latest = new Map<string, { write: number; hash: string | undefined }>();

  const entryOf = (item: Item | undefined): Item | undefined => {
    const [hash, range, key] = [item?.[hashKey], item?.[rangeKey], item?.[tableKey]];
    if (item === undefined || hash === undefined || range === undefined || key === undefined) return undefined;
    return Projection.ProjectionType === 'ALL' ? item : { [hashKey]: hash, [rangeKey]: range, [tableKey]: key };
  };
  const hashOf = (entry: Item): string => textOf(entry[hashKey]) ?? '';
  const orderOf = (entry: Item): string => `${textOf(entry[rangeKey])} ${textOf(entry[tableKey])}`;

  return {
    name: IndexName,
    capacity,

    /** Returns the hash keys that a write to the table changes in the index: none, one, or the old and the new one. */
    touched(before: Item | undefined, after: Item | undefined): string[] {
      const [old, now] = [entryOf(before), entryOf(after)];
      if (old !== undefined && now !== undefined && isEqual({ M: old }, { M: now })) return [];
      const hashes = [old, now].flatMap((entry) => (entry === undefined ? [] : [hashOf(entry)]));
      return [...new Set(hashes)];
    },

    apply(key: string, after: Item | undefined, write: number): void {
      const previous = latest.get(key);
      if (previous !== undefined && previous.write > write) return;
      const entry = entryOf(after);
      const hash = entry && hashOf(entry);
      latest.set(key, { write, hash });
      if (previous?.hash !== undefined) entries.get(previous.hash)?.delete(key);
      if (entry === undefined || hash === undefined) return;
      const bucket = entries.get(hash) ?? new Map<string, Item>();
      entries.set(hash, bucket.set(key, entry));
    },

    query(input: QueryInput): { Items: Item[]; LastEvaluatedKey?: Item } {
      const { ExpressionAttributeNames: names = {}, ExpressionAttributeValues: values = {}, Limit } = input;
      const [, name = '', placeholder = ''] = /^(\S+) = (:\w+)/.exec(input.KeyConditionExpression) ?? [];
      const hash = textOf(values[placeholder]);
      if ((names[name] ?? name) !== hashKey || hash === undefined)
        throw new InvalidRequest('The key condition has no hash key');
      const matches = conditionOf(input.KeyConditionExpression);
      const found = [...(entries.get(hash)?.values() ?? [])]
        .filter((item) => matches({ item, names, values }))
        .sort((a, b) => (orderOf(a) < orderOf(b) ? -1 : 1));
      if (input.ScanIndexForward === false) found.reverse();
      const start = input.ExclusiveStartKey;
      const after = start === undefined ? undefined : orderOf(start);
      const isPast = (entry: Item) =>
        after === undefined || (input.ScanIndexForward === false ? orderOf(entry) < after : orderOf(entry) > after);
      const rest = found.filter(isPast);
      const page = rest.slice(0, Limit);
      const last = page.at(-1);
      if (Limit === undefined || page.length < Limit || last === undefined) return { Items: page };
      const key = { [hashKey]: last[hashKey], [rangeKey]: last[rangeKey], [tableKey]: last[tableKey] };
      return { Items: page, LastEvaluatedKey: JSON.parse(JSON.stringify(key)) };
    },
  };
}
