import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import { DeleteCommand, GetCommand } from '@aws-sdk/lib-dynamodb';
import type { Account } from '../../lib/accounts/account.ts';
import { createAccountStore } from '../../lib/accounts/account-store.ts';
import { createCartStore } from '../../lib/carts/cart-store.ts';
import type { Order } from '../../lib/orders/order.ts';
import { createOrderStore, type OrderPosition } from '../../lib/orders/order-store.ts';
import { createPurchaseStore } from '../../lib/orders/purchase-store.ts';
import { backoff } from '../../lib/platform/backoff.ts';
import { systemClock } from '../../lib/platform/clock.ts';
import type { Documents } from '../../lib/platform/dynamodb.ts';
import { tableNames } from '../../lib/platform/table-names.ts';
import { type TransactAction, transact } from '../../lib/platform/transaction.ts';

const pageSize = 100;
const maxAttempts = 10;
const hasId = 'attribute_exists(id)';

export type CustomerStore = ReturnType<typeof createCustomerStore>;

/** Reads, exports and erases what the tables of one stage hold about a customer. */
export function createCustomerStore(documents: Documents, prefix: string) {
  const { accountsTable, cartsTable, ordersTable, purchasesTable } = tableNames(prefix);
  const accounts = createAccountStore({ documents, table: accountsTable });
  const carts = createCartStore({ documents, table: cartsTable, clock: systemClock });
  const orders = createOrderStore({ documents, table: ordersTable });
  const purchases = createPurchaseStore({ table: purchasesTable });
  const withoutOutcome = (action: TransactAction) => ({ action, failure: () => 'failed' as const });

  return {
    account: accounts.get,
    cart: carts.get,

    async idOf(email: string): Promise<string | undefined> {
      return (await accounts.findByEmail(email))?.id;
    },

    /**
     * Reads all orders that belong to the customer, newest first. The index may lag behind by a second.
     *
     * @throws {Error} if an order cannot be read by this release
     */
    async orders(customerId: string): Promise<Order[]> {
      const found: Order[] = [];
      let after: OrderPosition | undefined;
      do {
        const page = await orders.listByCustomer(customerId, pageSize, after);
        const { orders: stored, unreadable } = await orders.getAll(page.map(({ id }) => id));
        if (unreadable.length > 0)
          throw new Error(`Cannot be parsed by this release: orders ${unreadable.map(({ id }) => id).join(', ')}`);
        found.push(...stored.filter(({ customer_id }) => customer_id === customerId));
        after = page.length < pageSize ? undefined : page.at(-1);
      } while (after !== undefined);
      return found;
    },

    /** Units that count towards purchase limits, by product. */
    async purchases(customerId: string): Promise<ReadonlyMap<string, number>> {
      const key = { TableName: purchasesTable, Key: { customer_id: customerId }, ConsistentRead: true };
      return purchases.unitsOf((await documents.send(new GetCommand(key))).Item);
    },

    /** Deletes the account and releases its email address, both or neither. */
    async deleteAccount(account: Account): Promise<void> {
      const keys = [account.id, ...(account.kind === 'registered' ? [`email#${account.email}`] : [])];
      const deletions = keys.map((id) => ({
        Delete: { TableName: accountsTable, Key: { id }, ConditionExpression: hasId },
      }));
      const result = await transact(documents, deletions.map(withoutOutcome));
      if (!result.committed) throw new Error('The account was changed concurrently. Run the command again.');
    },

    async deleteCart(customerId: string): Promise<void> {
      await documents.send(new DeleteCommand({ TableName: cartsTable, Key: { customer_id: customerId } }));
    },

    /**
     * Gives a decided order to another customer ID, with the units that it counts towards purchase limits.
     *
     * @returns false if the order has changed since it was read
     */
    async reassign({ id, customer_id, ...order }: Order, newCustomerId: string): Promise<boolean> {
      const counted =
        order.status === 'CONFIRMED' ? order.lines.filter((line) => order.counted.includes(line.product_id)) : [];
      const update: TransactAction = {
        Update: {
          TableName: ordersTable,
          Key: { id },
          // The fingerprint is a hash that contains the customer ID.
          UpdateExpression: 'SET customer_id = :new REMOVE fingerprint',
          ConditionExpression: 'customer_id = :old AND #status = :status',
          ExpressionAttributeNames: { '#status': 'status' },
          ExpressionAttributeValues: { ':new': newCustomerId, ':old': customer_id, ':status': order.status },
        },
      };
      const unlimited = counted.map((line) => ({ ...line, limit: Number.MAX_SAFE_INTEGER }));
      const counts =
        counted.length === 0
          ? []
          : [purchases.uncountAction(customer_id, counted), purchases.countAction(newCustomerId, unlimited)];
      for (let attempt = 0; attempt < maxAttempts; attempt++) {
        const result = await transact(documents, [update, ...counts].map(withoutOutcome));
        if (result.committed) return true;
        if (result.failures.length > 0) return false;
        await backoff(attempt);
      }
      return false;
    },

    /** Deletes the item that counts purchases, if it counts none. @returns whether no units are counted any more */
    async deletePurchases(customerId: string, products: readonly string[]): Promise<boolean> {
      try {
        const conditions = products.map((_, index) => `#p${index} = :zero`);
        await documents.send(
          new DeleteCommand({
            TableName: purchasesTable,
            Key: { customer_id: customerId },
            ...(products.length > 0 && {
              ConditionExpression: conditions.join(' AND '),
              ExpressionAttributeNames: Object.fromEntries(products.map((id, index) => [`#p${index}`, id])),
              ExpressionAttributeValues: { ':zero': 0 },
            }),
          }),
        );
        return true;
      } catch (error) {
        if (error instanceof ConditionalCheckFailedException) return false;
        throw error;
      }
    },
  };
}
