import type { readTables } from '../../../localstack/tables.ts';
import { type Capacity, createCapacity } from './capacity.ts';
import type { Item } from './item.ts';
import { createIndex, type Index } from './table-index.ts';

type Definition = Awaited<ReturnType<typeof readTables>>[number];

export interface Table {
  readonly name: string;
  readonly hashKey: string;
  readonly hasStream: boolean;
  /** What a strongly consistent read sees. */
  readonly items: Map<string, Item>;
  /** Items that a transaction has prepared and not yet written or let go: their keys, and which one. */
  readonly held: Map<string, object>;
  readonly capacity: Capacity;
  readonly indexes: readonly Index[];
}

/**
 * A table as serverless.yml has it.
 *
 * @param partitions of the table
 * @param indexPartitions of each of its indexes
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
    throw new Error(`${TableName}: range keys are not modelled`);
  const name = hashKey.AttributeName;
  return {
    name: TableName,
    hashKey: name,
    hasStream: StreamSpecification !== undefined,
    items: new Map(),
    held: new Map(),
    capacity: createCapacity(partitions, now),
    indexes: GlobalSecondaryIndexes.map((index) =>
      createIndex(index, name, createCapacity(indexPartitions, now)),
    ),
  };
}
