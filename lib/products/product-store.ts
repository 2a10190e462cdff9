import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import { GetCommand, QueryCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { unmarshall } from '@aws-sdk/util-dynamodb';
import * as z from 'zod/mini';
import type { Documents } from '../platform/dynamodb.ts';
import { newId } from '../platform/ids.ts';
import { retryOnConflict } from '../platform/retry-on-conflict.ts';
import type { StoredItem, TransactAction } from '../platform/transaction.ts';
import { type Product, product, readableProducts } from './product.ts';

const isNew = 'attribute_not_exists(id)';
const exists = 'attribute_exists(id) AND attribute_not_exists(deleted_at)';

/** The one value of the sparse indexes' hash keys: present or absent is what they tell. */
const yes = 'yes';

/** An idempotency key that was used, and what for. Its item's id cannot be a product's, which is a UUID. */
const usedKey = z.object({
  product_id: z.string(),
  /** Units that came to the product with the request. */
  units_added: z.int(),
  /** Hash of the request. */
  fingerprint: z.string(),
});
export type UsedKey = z.output<typeof usedKey>;
const keyId = (id: string): string => `key#${id}`;

/** Attributes to set; `undefined` removes one. */
export type ProductWrite = Partial<
  Record<
    Exclude<keyof Product, 'id' | 'version' | 'change_id'> | 'listed',
    string | number | boolean | undefined
  >
>;

export type ProductStore = ReturnType<typeof createProductStore>;

/** Products without their stock. Reads by id are strongly consistent, the list is not. */
export function createProductStore({ documents, table }: { documents: Documents; table: string }) {
  const send = (command: UpdateCommand) => retryOnConflict(() => documents.send(command));
  const read = async (id: string) =>
    (await documents.send(new GetCommand({ TableName: table, Key: { id }, ConsistentRead: true }))).Item;

  return {
    table,

    /** Puts a product that does not exist yet; it is listed while it is active. */
    putAction: (item: Product): TransactAction => ({
      Put: {
        TableName: table,
        Item: item.active ? { ...item, listed: yes } : item,
        ConditionExpression: isNew,
      },
    }),

    /** Holds as long as the product is not deleted. */
    existsCheck: (id: string): TransactAction => ({
      ConditionCheck: { TableName: table, Key: { id }, ConditionExpression: exists },
    }),

    /** Puts an idempotency key that was not used yet. */
    putKeyAction: ({ id, ...used }: UsedKey & { readonly id: string }): TransactAction => ({
      Put: { TableName: table, Item: { ...used, id: keyId(id) }, ConditionExpression: isNew },
    }),

    async getKey(id: string): Promise<UsedKey | undefined> {
      const item = await read(keyId(id));
      return item && usedKey.parse(item);
    },

    async get(id: string): Promise<Product | undefined> {
      const item = await read(id);
      return item && product.parse(item);
    },

    /** Active products in the order of their creation, after the id given. */
    async list(limit: number, after?: string): Promise<{ products: Product[]; last: string | undefined }> {
      return queryIndex({ IndexName: 'listed' }, limit, after);
    },

    /** Products whose shards may lack something of their latest version. */
    async listPropagating(
      limit: number,
      after?: string,
    ): Promise<{ products: Product[]; last: string | undefined }> {
      return queryIndex({ IndexName: 'propagating' }, limit, after);
    },

    /**
     * Changes a product that is not deleted and makes a new version of it.
     *
     * @param condition what must hold beyond that, with its values
     * @returns the product as it is now; or `refused` with the item as it was, if there was one
     */
    async update(
      id: string,
      write: ProductWrite,
      condition?: { expression: string; values: Record<string, number> },
    ): Promise<{ updated: Product } | { refused: StoredItem | undefined }> {
      const change_id = newId();
      const { expression, names, values } = updateExpression({ ...write, change_id });
      try {
        const { Attributes } = await send(
          new UpdateCommand({
            TableName: table,
            Key: { id },
            UpdateExpression: expression,
            ConditionExpression: condition === undefined ? exists : `${exists} AND ${condition.expression}`,
            ExpressionAttributeNames: names,
            ExpressionAttributeValues: { ...values, ...condition?.values },
            ReturnValues: 'ALL_NEW',
            ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
          }),
        );
        return { updated: product.parse(Attributes) };
      } catch (error) {
        if (!(error instanceof ConditionalCheckFailedException)) throw error;
        const old = error.Item === undefined ? undefined : unmarshall(error.Item);
        // The SDK repeated an update whose reply was lost, and met what it had written itself.
        return old?.['change_id'] === change_id ? { updated: product.parse(old) } : { refused: old };
      }
    },

    /** Says that every shard has this version; without effect when the product has changed again. */
    async markPropagated(id: string, version: number): Promise<void> {
      try {
        await send(
          new UpdateCommand({
            TableName: table,
            Key: { id },
            UpdateExpression: 'REMOVE propagating',
            ConditionExpression: 'version = :version',
            ExpressionAttributeValues: { ':version': version },
          }),
        );
      } catch (error) {
        // A newer version is for the writer of that version, or the sweep, to settle.
        if (!(error instanceof ConditionalCheckFailedException)) throw error;
      }
    },
  };

  /** Each index is named by its hash key. */
  async function queryIndex(
    { IndexName }: { IndexName: 'listed' | 'propagating' },
    limit: number,
    after?: string,
  ) {
    const { Items = [], LastEvaluatedKey } = await documents.send(
      new QueryCommand({
        TableName: table,
        IndexName,
        KeyConditionExpression: '#index = :yes',
        ExpressionAttributeNames: { '#index': IndexName },
        ExpressionAttributeValues: { ':yes': yes },
        Limit: limit,
        ...(after === undefined ? {} : { ExclusiveStartKey: { [IndexName]: yes, id: after } }),
      }),
    );
    return { products: readableProducts(Items), last: lastKey.parse(LastEvaluatedKey)?.id };
  }
}

const lastKey = z.optional(z.object({ id: z.string() }));

function updateExpression(write: ProductWrite & { change_id: string }) {
  const names: Record<string, string> = { '#version': 'version' };
  const values: Record<string, string | number | boolean> = { ':one': 1 };
  const sets = ['#version = #version + :one'];
  const removes: string[] = [];
  for (const [name, value] of Object.entries(write)) {
    names[`#${name}`] = name;
    if (value === undefined) {
      removes.push(`#${name}`);
    } else {
      values[`:${name}`] = value;
      sets.push(`#${name} = :${name}`);
    }
  }
  const remove = removes.length === 0 ? '' : ` REMOVE ${removes.join(', ')}`;
  return { expression: `SET ${sets.join(', ')}${remove}`, names, values };
}
