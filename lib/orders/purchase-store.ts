import type { TransactItem } from '../platform/transaction.ts';

export type PurchaseStore = ReturnType<typeof createPurchaseStore>;

/** Units that a customer has bought of products with a purchase limit. */
export function createPurchaseStore({ table }: { table: string }) {
  return {
    /** Counts units, as long as they stay within the limit; `quantity` itself must be within it. */
    countEntry: (customer_id: string, product_id: string, quantity: number, limit: number): TransactItem => ({
      Update: {
        TableName: table,
        Key: { customer_id, product_id },
        UpdateExpression: 'ADD units :quantity',
        ConditionExpression: 'attribute_not_exists(units) OR units <= :room',
        ExpressionAttributeValues: { ':quantity': quantity, ':room': limit - quantity },
        ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
      },
    }),

    /** Gives counted units back. */
    uncountEntry: (customer_id: string, product_id: string, quantity: number): TransactItem => ({
      Update: {
        TableName: table,
        Key: { customer_id, product_id },
        UpdateExpression: 'SET units = units - :quantity',
        ConditionExpression: 'units >= :quantity',
        ExpressionAttributeValues: { ':quantity': quantity },
      },
    }),
  };
}
