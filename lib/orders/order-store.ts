import { GetCommand } from '@aws-sdk/lib-dynamodb';
import type { Documents } from '../platform/dynamodb.ts';
import type { TransactItem } from '../platform/transaction.ts';
import { type Order, order } from './order.ts';

export type OrderStore = ReturnType<typeof createOrderStore>;

/** Orders by id. Reads are strongly consistent. */
export function createOrderStore({ documents, table }: { documents: Documents; table: string }) {
  return {
    async get(id: string): Promise<Order | undefined> {
      const { Item } = await documents.send(
        new GetCommand({ TableName: table, Key: { id }, ConsistentRead: true }),
      );
      return Item === undefined ? undefined : order.parse(Item);
    },

    /** Puts an order whose id is not taken: the idempotency check, and it cannot race. */
    putEntry: (item: Order): TransactItem => ({
      Put: {
        TableName: table,
        Item: item,
        ConditionExpression: 'attribute_not_exists(id)',
        ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
      },
    }),
  };
}
