import type { readTables } from '../../../localstack/tables.ts';
import { type Capacity, createCapacity } from './capacity.ts';
import type { Item } from './item.ts';
import { createIndex, type Index } from './table-index.ts';

type Definition = Awaited<ReturnType<typeof readTables>>[number];

export interface Table {
  readonly name: string;
  readonly hashKey: string;
  readonly hasStream: boolean;
  /** Items as strongly consistent reads return them. */
  readonly items: Map<string, Item>;
  /** Keys of prepared items that are not yet written or released, with the transaction that holds them. */
  readonly held: Map<string, object>;
  readonly capacity: Capacity;
  readonly indexes: readonly Index[];
}

/**
 * Creates a table from its definition in deploy/tables.yml.
 *
 * @param indexPartitions number of partitions of each index
 */
export function createTable(
  definition: Definition,
  partitions: number,
  indexPartitions: number,
  now: () => number,
): Table {
  const { TableName, KeySchema, GlobalSecondaryIndexes = [], StreamSpecification } = definition;
  const [hashKey, range] = KeySchema;
  if (hashKey === undefined || range !== undefined)
    throw new Error(`${TableName}: the simulation does not support range keys`);
  const name = hashKey.AttributeName;
  return {
    name: TableName,
    hashKey: name,
    hasStream: StreamSpecification !== undefined,
    items: new Map(),
    held: new Map(),
    capacity: createCapacity(partitions, now),
    indexes: GlobalSecondaryIndexes.map((index) => createIndex(index, name, createCapacity(indexPartitions, now))),
  };
}
