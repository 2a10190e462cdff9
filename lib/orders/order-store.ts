import { createHash } from 'node:crypto';
import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import { GetCommand, PutCommand, QueryCommand, type QueryCommandInput, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { unmarshall } from '@aws-sdk/util-dynamodb';
import * as z from 'zod/mini';
import { batchGet } from '../platform/batch-get.ts';
import type { Documents } from '../platform/dynamodb.ts';
import { retryOnConflict } from '../platform/retry-on-conflict.ts';
import type { StoredItem, TransactAction } from '../platform/transaction.ts';
import { type NextStatus, type Order, type OrderIn, type OrderStatus, order, type StatusFields } from './order.ts';

/** The position of an order in a list, as a cursor holds it. */
export const orderPosition = z.strictObject({ id: z.uuid(), created_at: z.iso.datetime() });

/** The position of an index row. The row may belong to an item that is not an order. */
const rowPosition = z.object({ id: z.string(), created_at: z.string() });
export type OrderPosition = z.output<typeof rowPosition>;

/**
 * Buckets of the index of PENDING orders. Each submitted order writes to the index twice, to enter it and to leave it.
 * A partition supports 1,000 writes per second, so 128 buckets support 64,000 submitted orders per second.
 */
const pendingBuckets = 128;

/** Fails on an ID that exists, which makes placing an order idempotent; the error shows the existing order. */
const ifNew = {
  ConditionExpression: 'attribute_not_exists(id)',
  ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
} as const;

interface StoredOrders {
  readonly orders: Order[];
  readonly unreadable: { readonly id: string; readonly error: unknown }[];
}

export type OrderStore = ReturnType<typeof createOrderStore>;

/** Stores orders by ID. Reads by ID are strongly consistent, lists are eventually consistent. */
export function createOrderStore({ documents, table }: { documents: Documents; table: string }) {
  function statusUpdate<From extends OrderStatus>(id: string, from: From, to: StatusFields<NextStatus<From>>) {
    const fields = Object.entries(to);
    return {
      TableName: table,
      Key: { id },
      UpdateExpression: `SET ${fields.map(([name]) => `#${name} = :${name}`).join(', ')} REMOVE pending`,
      ConditionExpression: '#status = :expected',
      ExpressionAttributeNames: Object.fromEntries(fields.map(([name]) => [`#${name}`, name])),
      ExpressionAttributeValues: {
        ...Object.fromEntries(fields.map(([name, value]) => [`:${name}`, value])),
        ':expected': from,
      },
    };
  }

  async function query(input: Omit<QueryCommandInput, 'TableName'>): Promise<OrderPosition[]> {
    const { Items = [] } = await documents.send(new QueryCommand({ TableName: table, ...input }));
    return z.array(rowPosition).parse(Items);
  }

  return {
    async get(id: string): Promise<Order | undefined> {
      const { Item } = await documents.send(new GetCommand({ TableName: table, Key: { id }, ConsistentRead: true }));
      return Item === undefined ? undefined : order.parse(Item);
    },

    /** Reads orders in the sequence of `ids`. Omits unknown IDs and returns items that are not orders separately. */
    async getAll(ids: readonly string[]): Promise<StoredOrders> {
      const items = await batchGet(
        documents,
        ids.map((id) => ({ table, key: { id } })),
      );
      const found = new Map((items.get(table) ?? []).map((item) => [item['id'], order.safeParse(item)]));
      const results = ids.flatMap((id) => {
        const result = found.get(id);
        return result === undefined ? [] : [{ id, result }];
      });
      return {
        orders: results.flatMap(({ result }) => result.data ?? []),
        unreadable: results.flatMap(({ id, result: { error } }) => (error === undefined ? [] : [{ id, error }])),
      };
    },

    /** Puts a CONFIRMED order if its ID is new. The failed condition shows the existing order: see `parse`. */
    putAction: (item: OrderIn<'CONFIRMED'>): TransactAction => ({
      Put: { TableName: table, Item: item, ...ifNew },
    }),

    parse: (item: StoredItem | undefined): Order => order.parse(item),

    /** Puts a PENDING order if its ID is new. @returns the order that already has the ID, if there is one */
    async putPending(item: OrderIn<'PENDING'>): Promise<Order | undefined> {
      try {
        const Item = { ...item, pending: bucketOf(item.id) };
        const put = new PutCommand({ TableName: table, Item, ...ifNew });
        await retryOnConflict(() => documents.send(put));
        return undefined;
      } catch (error) {
        if (!(error instanceof ConditionalCheckFailedException) || error.Item === undefined) throw error;
        return order.parse(unmarshall(error.Item));
      }
    },

    /** Changes the status of an order if it is `from`, as an action of a transaction. */
    transitionAction: <From extends OrderStatus>(
      id: string,
      from: From,
      to: StatusFields<NextStatus<From>>,
    ): TransactAction => ({ Update: statusUpdate(id, from, to) }),

    /** Cancels a CONFIRMED order if it still belongs to the customer, whose purchases the same transaction reduces. */
    cancelAction({ id, customer_id }: OrderIn<'CONFIRMED'>, to: StatusFields<'CANCELLED'>): TransactAction {
      const { ConditionExpression, ExpressionAttributeValues, ...update } = statusUpdate(id, 'CONFIRMED', to);
      return {
        Update: {
          ...update,
          ConditionExpression: `${ConditionExpression} AND customer_id = :customer`,
          ExpressionAttributeValues: { ...ExpressionAttributeValues, ':customer': customer_id },
        },
      };
    },

    /** Changes the status of an order if it is `from`. @returns false if the order has another status */
    async transition<From extends OrderStatus>(
      id: string,
      from: From,
      to: StatusFields<NextStatus<From>>,
    ): Promise<boolean> {
      try {
        const update = new UpdateCommand(statusUpdate(id, from, to));
        await retryOnConflict(() => documents.send(update));
        return true;
      } catch (error) {
        if (error instanceof ConditionalCheckFailedException) return false;
        throw error;
      }
    },

    /** Lists the positions of a customer's orders, newest first; read the orders with `getAll`. */
    listByCustomer: (customerId: string, limit: number, after?: OrderPosition): Promise<OrderPosition[]> =>
      query({
        IndexName: 'by_customer',
        KeyConditionExpression: 'customer_id = :customer',
        ExpressionAttributeValues: { ':customer': customerId },
        ScanIndexForward: false,
        Limit: limit,
        ...(after === undefined ? {} : { ExclusiveStartKey: { ...after, customer_id: customerId } }),
      }),

    /** Lists the positions of the PENDING orders in one bucket that are older than `before`, oldest first. */
    listPending: (bucket: string, before: string, limit: number, after?: OrderPosition): Promise<OrderPosition[]> =>
      query({
        IndexName: 'pending',
        KeyConditionExpression: 'pending = :bucket AND created_at < :before',
        ExpressionAttributeValues: { ':bucket': bucket, ':before': before },
        Limit: limit,
        ...(after === undefined ? {} : { ExclusiveStartKey: { ...after, pending: bucket } }),
      }),
  };
}

export const allPendingBuckets = Array.from({ length: pendingBuckets }, (_, bucket) => String(bucket));

/** Hashes the ID, because IDs created at the same time share their first digits. */
const bucketOf = (id: string): string => String((createHash('sha256').update(id).digest()[0] ?? 0) % pendingBuckets);
