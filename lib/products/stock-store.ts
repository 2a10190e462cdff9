import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import { UpdateCommand } from '@aws-sdk/lib-dynamodb';
import type { Documents } from '../platform/dynamodb.ts';
import { pastConflicts } from '../platform/past-conflicts.ts';
import type { TransactItem } from '../platform/transaction.ts';
import { type Product, type StockShard, shardId } from './product.ts';

/** Units of one shard, at what the shard must say of them. */
interface SoldUnits {
  readonly product_id: string;
  readonly shard: number;
  readonly quantity: number;
  readonly unit_price: number;
  /** The purchase limit; undefined for none. */
  readonly limit: number | undefined;
}

const enoughStock = 'stock >= :quantity';
const samePrice = 'price = :price';
const onSale = 'active = :true';
const sameLimit = 'limit_per_customer = :limit';
const noLimit = 'attribute_not_exists(limit_per_customer)';

export type StockStore = ReturnType<typeof createStockStore>;

/** The shards of all products' stock. */
export function createStockStore({ documents, table }: { documents: Documents; table: string }) {
  const update = (
    id: string,
    parts: Omit<NonNullable<TransactItem['Update']>, 'TableName' | 'Key'>,
  ): TransactItem => ({
    Update: { TableName: table, Key: { shard_id: id }, ...parts },
  });

  return {
    table,

    putEntry: (item: StockShard): TransactItem => ({
      Put: { TableName: table, Item: item, ConditionExpression: 'attribute_not_exists(shard_id)' },
    }),

    /** Sells units of one shard, if it has them, at this price and limit and while the product is active. */
    takeEntry: ({ product_id, shard, quantity, unit_price, limit }: SoldUnits): TransactItem =>
      update(shardId(product_id, shard), {
        UpdateExpression: 'SET stock = stock - :quantity, sold = sold + :quantity',
        ConditionExpression: [enoughStock, samePrice, onSale, limit === undefined ? noLimit : sameLimit].join(
          ' AND ',
        ),
        ExpressionAttributeValues: {
          ':quantity': quantity,
          ':price': unit_price,
          ':true': true,
          ...(limit === undefined ? {} : { ':limit': limit }),
        },
        ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
      }),

    /** Takes sold units back into the shard they came from. */
    giveBackEntry: (productId: string, shard: number, quantity: number): TransactItem =>
      update(shardId(productId, shard), {
        UpdateExpression: 'SET stock = stock + :quantity, sold = sold - :quantity, refills = refills + :one',
        ConditionExpression: 'sold >= :quantity',
        ExpressionAttributeValues: { ':quantity': quantity, ':one': 1 },
      }),

    /** Adds units to a shard that exists. */
    supplyEntry: (productId: string, shard: number, quantity: number): TransactItem =>
      update(shardId(productId, shard), {
        UpdateExpression: 'SET stock = stock + :quantity, refills = refills + :one',
        ConditionExpression: 'attribute_exists(shard_id)',
        ExpressionAttributeValues: { ':quantity': quantity, ':one': 1 },
      }),

    /** Takes unsold units out of a shard, to be supplied to another in the same transaction. */
    withdrawEntry: (productId: string, shard: number, quantity: number): TransactItem =>
      update(shardId(productId, shard), {
        UpdateExpression: 'SET stock = stock - :quantity',
        ConditionExpression: enoughStock,
        ExpressionAttributeValues: { ':quantity': quantity },
      }),

    /**
     * Brings one shard's copy of price, active and limit to the product's version, and makes the shard, empty, if
     * it is not there. A shard that has this version or a later one stays as it is.
     *
     * @throws {DomainError} `contention` when transactions on the shard never leave a gap
     */
    async follow(product: Product, shard: number): Promise<void> {
      const limit = product.limit_per_customer;
      const command = new UpdateCommand({
        TableName: table,
        Key: { shard_id: shardId(product.id, shard) },
        UpdateExpression:
          'SET product_id = :product_id, #shard = :shard, price = :price, active = :active, ' +
          'product_version = :version, stock = if_not_exists(stock, :zero), ' +
          'sold = if_not_exists(sold, :zero), refills = if_not_exists(refills, :zero)' +
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
        await pastConflicts(() => documents.send(command));
      } catch (error) {
        // It has this version already, or a later one.
        if (!(error instanceof ConditionalCheckFailedException)) throw error;
      }
    },
  };
}
