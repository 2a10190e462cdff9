import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import { UpdateCommand } from '@aws-sdk/lib-dynamodb';
import type { Documents } from '../platform/dynamodb.ts';
import { retryOnConflict } from '../platform/retry-on-conflict.ts';
import type { TransactAction } from '../platform/transaction.ts';
import { type Product, type StockShard, shardId } from './product.ts';

/** Units of one stock shard. */
export interface ShardUnits {
  readonly product_id: string;
  readonly shard: number;
  readonly quantity: number;
}

/** Unsold units that change their shard within one product. */
export interface Transfer {
  readonly from: number;
  readonly to: number;
  readonly units: number;
}

/** Units to sell, at what the shard says of the product in this version: price, purchase limit, whether it is active. */
export interface VersionedShardUnits extends ShardUnits {
  readonly product_version: number;
}

const enoughStock = 'stock >= :quantity';
const sameVersion = 'product_version = :version';
const shardExists = 'attribute_exists(shard_id)';
const addUnits = 'SET stock = stock + :quantity, stock_increases = stock_increases + :one';
const one = { ':one': 1 };

/** An update of one shard; `values` are those that its expressions name beside `:quantity`. */
interface ShardUpdate extends ShardUnits {
  readonly set: string;
  readonly condition: string;
  readonly values?: Readonly<Record<string, number>>;
}

export type StockStore = ReturnType<typeof createStockStore>;

/**
 * The shards of all products' stock. A transaction gets its writes of units from one call, because writes of several
 * shards of one product carry checksums that depend on each other: see `isTorn`.
 */
export function createStockStore({ documents, table }: { documents: Documents; table: string }) {
  function updateActions(updates: readonly ShardUpdate[]): TransactAction[] {
    const checksums = checksumsOf(updates);
    return updates.map(({ product_id, shard, quantity, set, condition, values }, index) => {
      const checksum = checksums[index];
      return {
        Update: {
          TableName: table,
          Key: { shard_id: shardId(product_id, shard) },
          UpdateExpression: checksum === undefined ? set : `${set} ADD checksum :checksum`,
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
      const checksums = checksumsOf(shards);
      return shards.map((shard, index) => ({
        Put: {
          TableName: table,
          Item: { ...shard, checksum: checksums[index] },
          ConditionExpression: 'attribute_not_exists(shard_id)',
        },
      }));
    },

    /** Sells units of each shard, if it has them and still is of the product's version that was read. */
    sellActions: (allocations: readonly VersionedShardUnits[]): TransactAction[] =>
      updateActions(
        allocations.map(({ product_version, ...units }) => ({
          ...units,
          set: 'SET stock = stock - :quantity, sold = sold + :quantity',
          condition: `${enoughStock} AND ${sameVersion}`,
          values: { ':version': product_version },
        })),
      ),

    /** Takes sold units back into the shards they came from. */
    releaseActions: (allocations: readonly ShardUnits[]): TransactAction[] =>
      updateActions(
        allocations.map((units) => ({
          ...units,
          set: 'SET stock = stock + :quantity, sold = sold - :quantity, stock_increases = stock_increases + :one',
          condition: 'sold >= :quantity',
          values: one,
        })),
      ),

    /** Adds units to shards that exist. */
    restockActions: (supplies: readonly ShardUnits[]): TransactAction[] =>
      updateActions(
        supplies.map((units) => ({ ...units, set: addUnits, condition: shardExists, values: one })),
      ),

    /** Moves unsold units of a product from one shard to another. */
    transferActions: (product_id: string, { from, to, units: quantity }: Transfer): TransactAction[] =>
      updateActions([
        { product_id, shard: from, quantity, set: 'SET stock = stock - :quantity', condition: enoughStock },
        { product_id, shard: to, quantity, set: addUnits, condition: shardExists, values: one },
      ]),

    /** Sets checksums to 0, if all are as they were read. */
    resetChecksumActions: (shards: readonly StockShard[]): TransactAction[] =>
      shards.map(({ shard_id, checksum }) => ({
        Update: {
          TableName: table,
          Key: { shard_id },
          UpdateExpression: 'SET checksum = :zero',
          ConditionExpression:
            checksum === undefined ? 'attribute_not_exists(checksum)' : 'checksum = :checksum',
          ExpressionAttributeValues: {
            ':zero': 0,
            ...(checksum === undefined ? {} : { ':checksum': checksum }),
          },
        },
      })),

    /**
     * Brings one shard's copy of price, active and limit to the product's version, and makes the shard, empty, if
     * it is not there. A shard that has this version or a later one stays as it is.
     *
     * @throws {DomainError} `contention` when transactions on the shard never leave a gap
     */
    async copyToShard(product: Product, shard: number): Promise<void> {
      const limit = product.limit_per_customer;
      const command = new UpdateCommand({
        TableName: table,
        Key: { shard_id: shardId(product.id, shard) },
        UpdateExpression:
          'SET product_id = :product_id, #shard = :shard, price = :price, active = :active, ' +
          'product_version = :version, stock = if_not_exists(stock, :zero), ' +
          'sold = if_not_exists(sold, :zero), stock_increases = if_not_exists(stock_increases, :zero)' +
          (limit === undefined ? ' REMOVE limit_per_customer' : ', limit_per_customer = :limit'),
        ConditionExpression: 'attribute_not_exists(shard_id) OR product_version < :version',
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
        // It has this version already, or a later one.
        if (!(error instanceof ConditionalCheckFailedException)) throw error;
      }
    },
  };
}

/** For each write its part of a checksum; none where it is the only one of its product. */
function checksumsOf(writes: readonly { readonly product_id: string }[]): (number | undefined)[] {
  const open = new Map<string, number[]>();
  for (const [id, { length }] of Map.groupBy(writes, ({ product_id }) => product_id))
    if (length > 1) open.set(id, zeroSum(length));
  return writes.map(({ product_id }) => open.get(product_id)?.pop());
}

/** Random integers of 32 bits, but for the last one, which makes their sum 0. */
function zeroSum(count: number): number[] {
  const numbers = Array.from({ length: count - 1 }, () => Math.floor(Math.random() * 2 ** 32) - 2 ** 31);
  return [...numbers, -numbers.reduce((sum, number) => sum + number, 0)];
}
