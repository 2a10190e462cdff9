import type { TransactAction } from '../platform/transaction.ts';

export type PurchaseStore = ReturnType<typeof createPurchaseStore>;

interface Counted {
  readonly product_id: string;
  readonly quantity: number;
}

/**
 * Units that customers have bought of products with a purchase limit: one item for each customer, with an
 * attribute for each product. So an order counts with one action, however many of its products have limits.
 */
export function createPurchaseStore({ table }: { table: string }) {
  return {
    /** Counts units, as long as each product's stay within its limit; a quantity itself must be within it. */
    countAction(
      customer_id: string,
      counted: readonly (Counted & { readonly limit: number })[],
    ): TransactAction {
      const { names, values } = attributes(counted);
      const rooms = counted.map(({ quantity, limit }, index) => [`:room${index}`, limit - quantity] as const);
      return {
        Update: {
          TableName: table,
          Key: { customer_id },
          UpdateExpression: `ADD ${counted.map((_, index) => `#p${index} :q${index}`).join(', ')}`,
          ConditionExpression: counted
            .map((_, index) => `(attribute_not_exists(#p${index}) OR #p${index} <= :room${index})`)
            .join(' AND '),
          ExpressionAttributeNames: names,
          ExpressionAttributeValues: { ...values, ...Object.fromEntries(rooms) },
          ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
        },
      };
    },

    /** Gives counted units back. */
    uncountAction(customer_id: string, counted: readonly Counted[]): TransactAction {
      const { names, values } = attributes(counted);
      return {
        Update: {
          TableName: table,
          Key: { customer_id },
          UpdateExpression: `SET ${counted.map((_, index) => `#p${index} = #p${index} - :q${index}`).join(', ')}`,
          ConditionExpression: counted.map((_, index) => `#p${index} >= :q${index}`).join(' AND '),
          ExpressionAttributeNames: names,
          ExpressionAttributeValues: values,
        },
      };
    },
  };
}

const attributes = (counted: readonly Counted[]) => ({
  names: Object.fromEntries(counted.map(({ product_id }, index) => [`#p${index}`, product_id])),
  values: Object.fromEntries(counted.map(({ quantity }, index) => [`:q${index}`, quantity])),
});
