import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import { GetCommand, QueryCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { unmarshall } from '@aws-sdk/util-dynamodb';
import * as z from 'zod/mini';
import { chunk } from '../platform/chunk.ts';
import type { Documents } from '../platform/dynamodb.ts';
import { newId } from '../platform/ids.ts';
import { retryOnConflict } from '../platform/retry-on-conflict.ts';
import type { TransactAction } from '../platform/transaction.ts';
import { type Product, product, readableProducts } from './product.ts';
import type { ProductChange } from './product-input.ts';

const isNew = 'attribute_not_exists(id)';
const isNotDeleted = 'attribute_exists(id) AND attribute_not_exists(deleted_at)';
const hasNoMoreShards = 'stock_shards <= :stock_shards';

/** The value of a sparse index's hash key. An item is in the index while it has the attribute. */
const yes = 'yes';

/** A used idempotency key. It is stored with the products, under an id that cannot be the UUID of one. */
const usedKey = z.object({
  product_id: z.string(),
  /** Units that the request added to the product. */
  units_added: z.int(),
  /** Hash of the request. */
  fingerprint: z.string(),
});
export type UsedKey = z.output<typeof usedKey>;
const keyId = (id: string): string => `key#${id}`;

export type UpdateResult =
  | { readonly outcome: 'updated'; readonly product: Product }
  | { readonly outcome: 'not_found' | 'version_mismatch' }
  /** The update would lower the number of shards, which is `stockShards`. */
  | { readonly outcome: 'fewer_shards'; readonly stockShards: number };

interface ProductPage {
  readonly products: Product[];
  /** The id to continue after; undefined at the end. */
  readonly last: string | undefined;
}

export type ProductStore = ReturnType<typeof createProductStore>;

/** Reads and writes products without their stock. Reads by id are strongly consistent, lists eventually consistent. */
export function createProductStore({ documents, table }: { documents: Documents; table: string }) {
  const send = (command: UpdateCommand) => retryOnConflict(() => documents.send(command));
  const read = async (id: string) =>
    (await documents.send(new GetCommand({ TableName: table, Key: { id }, ConsistentRead: true }))).Item;

  return {
    table,

    /** Puts a new product. It is listed while it is active. */
    putAction: (item: Product): TransactAction => ({
      Put: {
        TableName: table,
        Item: item.active ? { ...item, listed: yes } : item,
        ConditionExpression: isNew,
      },
    }),

    /** Requires that the product exists and is not deleted. */
    existsCheck: (id: string): TransactAction => ({
      ConditionCheck: { TableName: table, Key: { id }, ConditionExpression: isNotDeleted },
    }),

    /** Records an idempotency key that has not been used. */
    putKeyAction: ({ id, ...used }: UsedKey & { readonly id: string }): TransactAction => ({
      Put: { TableName: table, Item: { id: keyId(id), ...used }, ConditionExpression: isNew },
    }),

    async getKey(id: string): Promise<UsedKey | undefined> {
      const item = await read(keyId(id));
      return item === undefined ? undefined : usedKey.parse(item);
    },

    async get(id: string): Promise<Product | undefined> {
      const item = await read(id);
      return item === undefined ? undefined : product.parse(item);
    },

    /** Lists active products after the given id, oldest first. */
    list: (limit: number, after?: string): Promise<ProductPage> => queryIndex({ IndexName: 'listed' }, limit, after),

    /** Lists products whose shards may not follow the latest version yet. */
    listPropagating: (limit: number, after?: string): Promise<ProductPage> =>
      queryIndex({ IndexName: 'propagating' }, limit, after),

    /**
     * Changes a product and marks it as propagating.
     *
     * @param at the time of the change, in ISO 8601
     * @param ifVersionIn versions that the change may apply to; any version if undefined
     */
    async update(
      id: string,
      change: ProductChange,
      { at, ifVersionIn }: { readonly at: string; readonly ifVersionIn?: readonly number[] | undefined },
    ): Promise<UpdateResult> {
      const versions = ifVersionIn === undefined ? undefined : versionValues(ifVersionIn);
      const listed = change.active === undefined ? undefined : change.active ? yes : null;
      const conditions = [
        ...(versions === undefined ? [] : [versionIn(Object.keys(versions))]),
        ...(change.stock_shards === undefined ? [] : [hasNoMoreShards]),
      ];
      const result = await write(id, { ...change, listed, updated_at: at }, conditions, versions);
      if (!('failed' in result)) return { outcome: 'updated', product: result };
      if (result.failed === undefined || result.failed.deleted_at !== undefined) return { outcome: 'not_found' };
      if (ifVersionIn !== undefined && !ifVersionIn.includes(result.failed.version))
        return { outcome: 'version_mismatch' };
      return { outcome: 'fewer_shards', stockShards: result.failed.stock_shards };
    },

    /** Deletes a product for good and marks it as propagating. Its item stays, for orders that name it. */
    async delete(id: string, { at }: { readonly at: string }): Promise<UpdateResult> {
      const result = await write(id, { active: false, listed: null, updated_at: at, deleted_at: at });
      return 'failed' in result ? { outcome: 'not_found' } : { outcome: 'updated', product: result };
    },

    /** Records that every shard follows this version; has no effect after another change. */
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
        // The writer of the newer version, or the sweep, propagates that version.
        if (!(error instanceof ConditionalCheckFailedException)) throw error;
      }
    },
  };

  /** Writes a new version. @returns the written product, or `failed` with the stored item if a condition failed */
  async function write(
    id: string,
    attributes: Attributes,
    conditions: readonly string[] = [],
    conditionValues: Readonly<Record<string, number>> = {},
  ): Promise<Product | { readonly failed: Compared | undefined }> {
    const change_id = newId();
    const { expression, names, values } = updateExpression({ ...attributes, change_id, propagating: yes });
    try {
      const { Attributes } = await send(
        new UpdateCommand({
          TableName: table,
          Key: { id },
          UpdateExpression: expression,
          ConditionExpression: [isNotDeleted, ...conditions].join(' AND '),
          ExpressionAttributeNames: names,
          ExpressionAttributeValues: { ...values, ...conditionValues },
          ReturnValues: 'ALL_NEW',
          ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
        }),
      );
      return product.parse(Attributes);
    } catch (error) {
      if (!(error instanceof ConditionalCheckFailedException)) throw error;
      if (error.Item === undefined) return { failed: undefined };
      const stored = unmarshall(error.Item);
      const failed = compared.parse(stored);
      // The SDK retried an update whose response was lost, and the condition failed on the update's own result.
      return failed.change_id === change_id ? product.parse(stored) : { failed };
    }
  }

  /** Each index has the name of its hash key. */
  async function queryIndex(
    { IndexName }: { IndexName: 'listed' | 'propagating' },
    limit: number,
    after?: string,
  ): Promise<ProductPage> {
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

/** The attributes that a condition of an update compares. */
const compared = z.pick(product, { version: true, stock_shards: true, deleted_at: true, change_id: true });
type Compared = z.output<typeof compared>;

const lastKey = z.optional(z.object({ id: z.string() }));

/** New values; `null` removes an attribute and `undefined` leaves it as it is. */
type Attributes = Readonly<Record<string, string | number | boolean | null | undefined>>;

/** DynamoDB limits the operator IN to 100 values. */
const versionIn = (values: readonly string[]): string =>
  `(${chunk(values, 100)
    .map((some) => `#version IN (${some.join(', ')})`)
    .join(' OR ')})`;

/** Includes 0, which matches no product, because an IN list must not be empty. */
const versionValues = (versions: readonly number[]): Record<string, number> =>
  Object.fromEntries([0, ...new Set(versions)].map((version, index) => [`:expected${index}`, version]));

function updateExpression(attributes: Attributes) {
  const names: Record<string, string> = { '#version': 'version' };
  const values: Record<string, string | number | boolean> = { ':one': 1 };
  const sets = ['#version = #version + :one'];
  const removes: string[] = [];
  for (const [name, value] of Object.entries(attributes)) {
    if (value === undefined) continue;
    names[`#${name}`] = name;
    if (value === null) {
      removes.push(`#${name}`);
    } else {
      values[`:${name}`] = value;
      sets.push(`#${name} = :${name}`);
    }
  }
  const remove = removes.length === 0 ? '' : ` REMOVE ${removes.join(', ')}`;
  return { expression: `SET ${sets.join(', ')}${remove}`, names, values };
}
