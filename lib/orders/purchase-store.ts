import * as z from 'zod/mini';
import type { StoredItem, TransactAction } from '../platform/transaction.ts';

const purchases = z.catchall(z.object({ customer_id: z.string() }), z.int());

export type PurchaseStore = ReturnType<typeof createPurchaseStore>;

interface Purchase {
  readonly product_id: string;
  readonly quantity: number;
}

/**
 * Counts the units that customers have bought of products with a purchase limit. Each customer has one item with one
 * attribute per product, so an order is counted with one action, however many of its products have a limit.
 */
export function createPurchaseStore({ table }: { table: string }) {
  return {
    /**
     * Adds units if every product stays within its limit. Each quantity must be within its limit.
     * A failed condition shows the stored item: see `unitsOf`.
     */
    countAction(customerId: string, counted: readonly (Purchase & { readonly limit: number })[]): TransactAction {
      const { names, values } = attributes(counted);
      const rooms = counted.map(({ quantity, limit }, index) => [`:room${index}`, limit - quantity] as const);
      return {
        Update: {
          TableName: table,
          Key: { customer_id: customerId },
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

    /** Subtracts units that were counted. */
    uncountAction(customerId: string, counted: readonly Purchase[]): TransactAction {
      const { names, values } = attributes(counted);
      return {
        Update: {
          TableName: table,
          Key: { customer_id: customerId },
          UpdateExpression: `SET ${counted.map((_, index) => `#p${index} = #p${index} - :q${index}`).join(', ')}`,
          ConditionExpression: counted.map((_, index) => `#p${index} >= :q${index}`).join(' AND '),
          ExpressionAttributeNames: names,
          ExpressionAttributeValues: values,
        },
      };
    },

    /** @returns the units of each product in a stored item; products that the customer has not bought are absent */
    unitsOf(item: StoredItem | undefined): ReadonlyMap<string, number> {
      if (item === undefined) return new Map();
      const { customer_id: _, ...units } = purchases.parse(item);
      return new Map(Object.entries(units));
    },
  };
}

const attributes = (counted: readonly Purchase[]) => ({
  names: Object.fromEntries(counted.map(({ product_id }, index) => [`#p${index}`, product_id])),
  values: Object.fromEntries(counted.map(({ quantity }, index) => [`:q${index}`, quantity])),
});
