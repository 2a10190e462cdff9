import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import { GetCommand, PutCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { unmarshall } from '@aws-sdk/util-dynamodb';
import { DomainError } from '../errors.ts';
import type { Clock } from '../platform/clock.ts';
import type { Documents } from '../platform/dynamodb.ts';
import { retryOnConflict } from '../platform/retry-on-conflict.ts';
import type { TransactAction } from '../platform/transaction.ts';
import { type Cart, maxLines, storedCart } from './cart.ts';

/** DynamoDB deletes a cart this long after its last change. */
const ttlSeconds = 30 * 24 * 3600;

/** Creating a cart can race with another creation only once: then the cart exists. */
const maxAttempts = 3;

const nextVersion = 'version = version + :one, expires_at = :expiry';
const setLine = `SET #lines.#product = :quantity, ${nextVersion}`;
const removeLine = `REMOVE #lines.#product SET ${nextVersion}`;
const isNew = 'attribute_not_exists(customer_id)';
const hasLine = 'attribute_exists(#lines.#product)';
const hasLineOrRoom = `(${hasLine} OR size(#lines) < :max)`;
const hasVersion = 'version = :version';

interface LineChange {
  readonly update: string;
  readonly condition: string;
  readonly values?: Readonly<Record<string, number>>;
}

export type CartStore = ReturnType<typeof createCartStore>;

/** Stores one cart per customer. Reads are strongly consistent. */
export function createCartStore(deps: { documents: Documents; table: string; clock: Clock }) {
  const { documents, table, clock } = deps;
  const expiry = () => Math.floor(clock.now() / 1000) + ttlSeconds;

  /** @returns the cart after the change or, if the condition failed, as it is; undefined if it does not exist */
  async function changeLine(customerId: string, productId: string, { update, condition, values }: LineChange) {
    try {
      const command = new UpdateCommand({
        TableName: table,
        Key: { customer_id: customerId },
        UpdateExpression: update,
        ConditionExpression: condition,
        ExpressionAttributeNames: { '#lines': 'lines', '#product': productId },
        ExpressionAttributeValues: { ...values, ':one': 1, ':expiry': expiry() },
        ReturnValues: 'ALL_NEW',
        ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
      });
      const { Attributes } = await retryOnConflict(() => documents.send(command));
      return { changed: true, cart: parse(customerId, Attributes) };
    } catch (error) {
      if (!(error instanceof ConditionalCheckFailedException)) throw error;
      return { changed: false, cart: error.Item && parse(customerId, unmarshall(error.Item)) };
    }
  }

  /** @returns undefined if the cart exists already */
  async function create(customerId: string, productId: string, quantity: number): Promise<Cart | undefined> {
    const item = {
      customer_id: customerId,
      lines: { [productId]: quantity },
      version: 1,
      expires_at: expiry(),
    };
    try {
      const put = new PutCommand({ TableName: table, Item: item, ConditionExpression: isNew });
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

    /** Sets one product's quantity. @throws {DomainError} `cart_full` for a 51st product; `contention` */
    async setLine(customerId: string, productId: string, quantity: number): Promise<Cart> {
      for (let attempt = 0; attempt < maxAttempts; attempt++) {
        const values = { ':quantity': quantity, ':max': maxLines };
        const change = { update: setLine, condition: hasLineOrRoom, values };
        const { changed, cart } = await changeLine(customerId, productId, change);
        if (changed && cart !== undefined) return cart;
        if (cart !== undefined) throw new DomainError('cart_full');
        const created = await create(customerId, productId, quantity);
        if (created !== undefined) return created;
      }
      throw new DomainError('contention', { retryAfterSeconds: 1 });
    },

    /** Removes one product's line, if the cart has it. @throws {DomainError} `contention` */
    async removeLine(customerId: string, productId: string): Promise<Cart> {
      const change = { update: removeLine, condition: hasLine };
      return (await changeLine(customerId, productId, change)).cart ?? emptyCart(customerId);
    },

    /** Empties a cart, if it has not changed since it was read. */
    emptyAction: ({ customer_id, version }: Cart): TransactAction => ({
      Update: {
        TableName: table,
        Key: { customer_id },
        UpdateExpression: `SET #lines = :none, ${nextVersion}`,
        ConditionExpression: hasVersion,
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
