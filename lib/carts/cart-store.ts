import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import { GetCommand, PutCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { unmarshall } from '@aws-sdk/util-dynamodb';
import { DomainError } from '../errors.ts';
import type { Documents } from '../platform/dynamodb.ts';
import { retryOnConflict } from '../platform/retry-on-conflict.ts';
import type { TransactAction } from '../platform/transaction.ts';
import { type Cart, maxLines, storedCart } from './cart.ts';

/** A cart nobody touched for this long is dropped by DynamoDB's time to live. */
const ttlSeconds = 30 * 24 * 3600;

/** Two first writes to one cart can meet once; after that the cart exists. */
const maxAttempts = 3;

export type CartStore = ReturnType<typeof createCartStore>;

/** One item per customer. Reads are strongly consistent. */
export function createCartStore({ documents, table }: { documents: Documents; table: string }) {
  const expiry = () => Math.floor(Date.now() / 1000) + ttlSeconds;

  /** @returns the cart after the change, or as it was when the condition failed (undefined: there is none) */
  async function change(
    customerId: string,
    productId: string,
    write: string,
    condition: string,
    values: object,
  ) {
    try {
      const update = new UpdateCommand({
        TableName: table,
        Key: { customer_id: customerId },
        UpdateExpression: write,
        ConditionExpression: condition,
        ExpressionAttributeNames: { '#lines': 'lines', '#product': productId },
        ExpressionAttributeValues: { ...values, ':one': 1, ':expiry': expiry() },
        ReturnValues: 'ALL_NEW',
        ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
      });
      const { Attributes } = await retryOnConflict(() => documents.send(update));
      return { changed: true, cart: parse(customerId, Attributes) };
    } catch (error) {
      if (!(error instanceof ConditionalCheckFailedException)) throw error;
      return { changed: false, cart: error.Item && parse(customerId, unmarshall(error.Item)) };
    }
  }

  async function create(customerId: string, productId: string, quantity: number): Promise<Cart | undefined> {
    const item = {
      customer_id: customerId,
      lines: { [productId]: quantity },
      version: 1,
      expires_at: expiry(),
    };
    try {
      const ConditionExpression = 'attribute_not_exists(customer_id)';
      const put = new PutCommand({ TableName: table, Item: item, ConditionExpression });
      await retryOnConflict(() => documents.send(put));
      return parse(customerId, item);
    } catch (error) {
      if (error instanceof ConditionalCheckFailedException) return undefined;
      throw error;
    }
  }

  return {
    async get(customerId: string): Promise<Cart> {
      const Key = { customer_id: customerId };
      const { Item } = await documents.send(new GetCommand({ TableName: table, Key, ConsistentRead: true }));
      return Item === undefined ? emptyCart(customerId) : parse(customerId, Item);
    },

    /** Sets one product's quantity. @throws {DomainError} `cart_full` when it would be the 51st product */
    async setLine(customerId: string, productId: string, quantity: number): Promise<Cart> {
      const write = 'SET #lines.#product = :quantity, version = version + :one, expires_at = :expiry';
      const room = '(attribute_exists(#lines.#product) OR size(#lines) < :max)';
      for (let attempt = 0; attempt < maxAttempts; attempt++) {
        const { changed, cart } = await change(customerId, productId, write, room, {
          ':quantity': quantity,
          ':max': maxLines,
        });
        if (changed && cart !== undefined) return cart;
        if (cart !== undefined) throw new DomainError('cart_full');
        const created = await create(customerId, productId, quantity);
        if (created !== undefined) return created;
      }
      throw new DomainError('contention', { retryAfterSeconds: 1 });
    },

    /** Removes one product's line; without effect when there is none. */
    async removeLine(customerId: string, productId: string): Promise<Cart> {
      const write = 'REMOVE #lines.#product SET version = version + :one, expires_at = :expiry';
      const { cart } = await change(customerId, productId, write, 'attribute_exists(#lines.#product)', {});
      return cart ?? emptyCart(customerId);
    },

    /** Empties the cart, if it is still the one that was read. */
    emptyAction: ({ customer_id, version }: Cart): TransactAction => ({
      Update: {
        TableName: table,
        Key: { customer_id },
        UpdateExpression: 'SET #lines = :none, version = version + :one, expires_at = :expiry',
        ConditionExpression: 'version = :version',
        ExpressionAttributeNames: { '#lines': 'lines' },
        ExpressionAttributeValues: { ':none': {}, ':one': 1, ':version': version, ':expiry': expiry() },
      },
    }),
  };
}

const emptyCart = (customerId: string): Cart => ({ customer_id: customerId, lines: [], version: 0 });

function parse(customerId: string, item: unknown): Cart {
  const { lines, version } = storedCart.parse(item);
  const sorted = Object.entries(lines).sort(([a], [b]) => (a < b ? -1 : 1));
  return {
    customer_id: customerId,
    lines: sorted.map(([product_id, quantity]) => ({ product_id, quantity })),
    version,
  };
}
