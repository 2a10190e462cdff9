import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import { UpdateCommand } from '@aws-sdk/lib-dynamodb';
import type { Documents } from '../platform/dynamodb.ts';
import { retryOnConflict } from '../platform/retry-on-conflict.ts';
import type { TransactAction } from '../platform/transaction.ts';
import { type Product, type StockShard, shardId } from './product.ts';

/** Units of one shard. */
export interface ShardUnits {
  readonly product_id: string;
  readonly shard: number;
  readonly quantity: number;
}

/** Units of one shard and the product version that they are sold at: its price, purchase limit and status. */
export interface VersionedShardUnits extends ShardUnits {
  readonly product_version: number;
}

/** Unsold units to move from one shard of a product to another. */
export interface Transfer {
  readonly product_id: string;
  readonly from: number;
  readonly to: number;
  readonly quantity: number;
}

const sell = 'SET stock = stock - :quantity, sold = sold + :quantity';
const release = 'SET stock = stock + :quantity, sold = sold - :quantity, stock_increases = stock_increases + :one';
const restock = 'SET stock = stock + :quantity, stock_increases = stock_increases + :one';
const withdraw = 'SET stock = stock - :quantity';
const addChecksum = 'ADD checksum :checksum';
const copyProduct =
  'SET product_id = :product_id, #shard = :shard, price = :price, active = :active, ' +
  'product_version = :version, stock = if_not_exists(stock, :zero), ' +
  'sold = if_not_exists(sold, :zero), stock_increases = if_not_exists(stock_increases, :zero)';

const isNew = 'attribute_not_exists(shard_id)';
const exists = 'attribute_exists(shard_id)';
const hasStock = 'stock >= :quantity';
const hasSold = 'sold >= :quantity';
const hasVersion = 'product_version = :version';
const isOlder = 'attribute_not_exists(shard_id) OR product_version < :version';

/** An update of one shard. Its expressions use `:quantity` and `values`. */
interface ShardUpdate extends ShardUnits {
  readonly update: string;
  readonly condition: string;
  readonly values?: Readonly<Record<string, number>>;
}

export type StockStore = ReturnType<typeof createStockStore>;

/**
 * Writes the shards of every product's stock. Get all actions of a transaction that change units from one call: the
 * checksums of a product's shards depend on each other (`isTorn` in product.ts).
 */
export function createStockStore({ documents, table }: { documents: Documents; table: string }) {
  function updateActions(updates: readonly ShardUpdate[]): TransactAction[] {
    const checksums = checksumIncrements(updates);
    return updates.map(({ product_id, shard, quantity, update, condition, values }, index) => {
      const checksum = checksums[index];
      return {
        Update: {
          TableName: table,
          Key: { shard_id: shardId(product_id, shard) },
          UpdateExpression: checksum === undefined ? update : `${update} ${addChecksum}`,
          ConditionExpression: condition,
          ExpressionAttributeValues: {
            ':quantity': quantity,
            ...values,
            ...(checksum === undefined ? {} : { ':checksum': checksum }),
          },
        },
      };
    });
  }

  return {
    table,

    /** Puts the shards of a new product. */
    putActions(shards: readonly StockShard[]): TransactAction[] {
      const checksums = checksumIncrements(shards);
      return shards.map((shard, index) => ({
        Put: {
          TableName: table,
          Item: { ...shard, checksum: checksums[index] },
          ConditionExpression: isNew,
        },
      }));
    },

    /** Sells units, if each shard has enough and still follows the version that was read. */
    sellActions: (allocations: readonly VersionedShardUnits[]): TransactAction[] =>
      updateActions(
        allocations.map(({ product_version, ...units }) => ({
          ...units,
          update: sell,
          condition: `${hasStock} AND ${hasVersion}`,
          values: { ':version': product_version },
        })),
      ),

    /** Returns sold units to the shards that sold them. */
    releaseActions: (allocations: readonly ShardUnits[]): TransactAction[] =>
      updateActions(
        allocations.map((units) => ({
          ...units,
          update: release,
          condition: hasSold,
          values: { ':one': 1 },
        })),
      ),

    /** Adds new units to existing shards. */
    restockActions: (additions: readonly ShardUnits[]): TransactAction[] =>
      updateActions(
        additions.map((units) => ({ ...units, update: restock, condition: exists, values: { ':one': 1 } })),
      ),

    transferActions: ({ product_id, from, to, quantity }: Transfer): TransactAction[] =>
      updateActions([
        { product_id, shard: from, quantity, update: withdraw, condition: hasStock },
        { product_id, shard: to, quantity, update: restock, condition: exists, values: { ':one': 1 } },
      ]),

    /** Sets checksums to 0, if none has changed since it was read. */
    resetChecksumActions: (shards: readonly StockShard[]): TransactAction[] =>
      shards.map(({ shard_id, checksum }) => ({
        Update: {
          TableName: table,
          Key: { shard_id },
          UpdateExpression: 'SET checksum = :zero',
          ConditionExpression: checksum === undefined ? 'attribute_not_exists(checksum)' : 'checksum = :checksum',
          ExpressionAttributeValues: {
            ':zero': 0,
            ...(checksum === undefined ? {} : { ':checksum': checksum }),
          },
        },
      })),

    /**
     * Copies version, price, status and purchase limit of a product to one shard; creates a missing shard without
     * units. Has no effect on a shard that follows this version or a later one.
     *
     * @throws {DomainError} `contention` when conflicts with transactions outlast the retries
     */
    async copyToShard(product: Product, shard: number): Promise<void> {
      const limit = product.limit_per_customer;
      const command = new UpdateCommand({
        TableName: table,
        Key: { shard_id: shardId(product.id, shard) },
        UpdateExpression:
          copyProduct + (limit === undefined ? ' REMOVE limit_per_customer' : ', limit_per_customer = :limit'),
        ConditionExpression: isOlder,
        ExpressionAttributeNames: { '#shard': 'shard' },
        ExpressionAttributeValues: {
          ':product_id': product.id,
          ':shard': shard,
          ':price': product.price,
          ':active': product.active,
          ':version': product.version,
          ':zero': 0,
          ...(limit === undefined ? {} : { ':limit': limit }),
        },
      });
      try {
        await retryOnConflict(() => documents.send(command));
      } catch (error) {
        // The shard already follows this version or a later one.
        if (!(error instanceof ConditionalCheckFailedException)) throw error;
      }
    },
  };
}

/** Returns what each write adds to its shard's checksum; undefined for the only write of a product. */
function checksumIncrements(writes: readonly { readonly product_id: string }[]): (number | undefined)[] {
  const open = new Map<string, number[]>();
  for (const [id, { length }] of Map.groupBy(writes, ({ product_id }) => product_id))
    if (length > 1) open.set(id, randomsWithSumZero(length));
  return writes.map(({ product_id }) => open.get(product_id)?.pop());
}

/** Returns random 32-bit integers and a last number that makes their sum 0. */
function randomsWithSumZero(count: number): number[] {
  const numbers = Array.from({ length: count - 1 }, () => Math.floor(Math.random() * 2 ** 32) - 2 ** 31);
  return [...numbers, -numbers.reduce((sum, number) => sum + number, 0)];
}
