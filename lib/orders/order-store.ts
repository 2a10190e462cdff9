import { createHash } from 'node:crypto';
import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import {
  GetCommand,
  PutCommand,
  QueryCommand,
  type QueryCommandInput,
  UpdateCommand,
} from '@aws-sdk/lib-dynamodb';
import { unmarshall } from '@aws-sdk/util-dynamodb';
import * as z from 'zod/mini';
import { batchGet } from '../platform/batch-get.ts';
import type { Documents } from '../platform/dynamodb.ts';
import { retryOnConflict } from '../platform/retry-on-conflict.ts';
import type { TransactAction } from '../platform/transaction.ts';
import { type Allocation, type Order, type OrderStatus, order, type Rejection } from './order.ts';

const isNew = 'attribute_not_exists(id)';
const hasStatus = '#status = :expected';

/** Where an order stands in a list, as a cursor may say. */
export const orderPosition = z.strictObject({ id: z.uuid(), created_at: z.iso.datetime() });

/** Where a row of an index stands: it may name an item that is no order. */
const rowPosition = z.object({ id: z.string(), created_at: z.string() });
export type OrderPosition = z.output<typeof rowPosition>;

/**
 * Buckets of the index of PENDING orders. Each submit writes it twice (in and out), a partition takes 1,000
 * writes a second: 128 carry 64,000 submits a second.
 */
const pendingBuckets = 128;

interface StoredOrders {
  readonly orders: Order[];
  readonly unreadable: { readonly id: string; readonly error: unknown }[];
}

export type OrderStore = ReturnType<typeof createOrderStore>;

/** Orders by id; reads by id are strongly consistent, lists are not. */
export function createOrderStore({ documents, table }: { documents: Documents; table: string }) {
  /** Every change of a stored order is conditional on the status it changes from. */
  const change = (
    id: string,
    from: OrderStatus,
    to: OrderStatus,
    set: string,
    values: Record<string, unknown>,
  ) => ({
    TableName: table,
    Key: { id },
    UpdateExpression: `SET #status = :status, ${set} REMOVE pending`,
    ConditionExpression: hasStatus,
    ExpressionAttributeNames: { '#status': 'status' },
    ExpressionAttributeValues: { ...values, ':status': to, ':expected': from },
    ReturnValuesOnConditionCheckFailure: 'ALL_OLD' as const,
  });

  /** @returns whether it happened: not, when the order had another status already */
  async function send(input: ReturnType<typeof change>): Promise<boolean> {
    try {
      await retryOnConflict(() => documents.send(new UpdateCommand(input)));
      return true;
    } catch (error) {
      if (error instanceof ConditionalCheckFailedException) return false;
      throw error;
    }
  }

  return {
    async get(id: string): Promise<Order | undefined> {
      const { Item } = await documents.send(
        new GetCommand({ TableName: table, Key: { id }, ConsistentRead: true }),
      );
      return Item === undefined ? undefined : order.parse(Item);
    },

    /** Orders by id, in the order of the ids; absent ones are left out, and items that are no order are set apart. */
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
        unreadable: results.flatMap(({ id, result: { error } }) =>
          error === undefined ? [] : [{ id, error }],
        ),
      };
    },

    /** Puts an order whose id is not taken: the idempotency check, and it cannot race. */
    putAction: (item: Order): TransactAction => ({
      Put: {
        TableName: table,
        Item: item,
        ConditionExpression: isNew,
        ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
      },
    }),

    /** Puts a PENDING order whose id is not taken. @returns the order that has the id already, if there is one */
    async putPending(item: Order): Promise<Order | undefined> {
      try {
        const put = new PutCommand({
          TableName: table,
          Item: { ...item, pending: bucketOf(item.id) },
          ConditionExpression: isNew,
          ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
        });
        await retryOnConflict(() => documents.send(put));
        return undefined;
      } catch (error) {
        if (!(error instanceof ConditionalCheckFailedException) || error.Item === undefined) throw error;
        return order.parse(unmarshall(error.Item));
      }
    },

    /** Confirms a PENDING order. */
    confirmAction: (
      id: string,
      allocations: readonly Allocation[],
      counted: readonly string[],
      decided_at: string,
    ): TransactAction => ({
      Update: change(
        id,
        'PENDING',
        'CONFIRMED',
        'allocations = :allocations, counted = :counted, decided_at = :at',
        {
          ':allocations': allocations,
          ':counted': counted,
          ':at': decided_at,
        },
      ),
    }),

    /** Cancels a CONFIRMED order; its units go back in the same transaction. */
    cancelAction: (id: string, cancellation: string, decided_at: string): TransactAction => ({
      Update: change(id, 'CONFIRMED', 'CANCELLED', ...cancelled(cancellation, decided_at)),
    }),

    /** Cancels a PENDING order. @returns whether it happened */
    cancelPending: (id: string, cancellation: string, decided_at: string): Promise<boolean> =>
      send(change(id, 'PENDING', 'CANCELLED', ...cancelled(cancellation, decided_at))),

    reject: (id: string, { reason, short_lines }: Rejection, decided_at: string): Promise<boolean> =>
      send(
        change(id, 'PENDING', 'REJECTED', 'decided_at = :at, reason = :reason, short_lines = :short', {
          ':at': decided_at,
          ':reason': reason,
          ':short': short_lines,
        }),
      ),

    /** A page of a customer's orders, newest first: where they stand, to be read with `getAll`. */
    async listByCustomer(
      customer_id: string,
      limit: number,
      after?: OrderPosition,
    ): Promise<OrderPosition[]> {
      return query({
        IndexName: 'by_customer',
        KeyConditionExpression: 'customer_id = :customer',
        ExpressionAttributeValues: { ':customer': customer_id },
        ScanIndexForward: false,
        Limit: limit,
        ...(after === undefined ? {} : { ExclusiveStartKey: { ...after, customer_id } }),
      });
    },

    /** PENDING orders of one bucket that were created before `before`, oldest first: where they stand. */
    async listPending(
      bucket: string,
      before: string,
      limit: number,
      after?: OrderPosition,
    ): Promise<OrderPosition[]> {
      return query({
        IndexName: 'pending',
        KeyConditionExpression: 'pending = :bucket AND created_at < :before',
        ExpressionAttributeValues: { ':bucket': bucket, ':before': before },
        Limit: limit,
        ...(after === undefined ? {} : { ExclusiveStartKey: { ...after, pending: bucket } }),
      });
    },
  };

  async function query(input: Omit<QueryCommandInput, 'TableName'>): Promise<OrderPosition[]> {
    const { Items = [] } = await documents.send(new QueryCommand({ TableName: table, ...input }));
    return z.array(rowPosition).parse(Items);
  }
}

const cancelled = (cancellation: string, decided_at: string) =>
  [
    'cancellation = :cancellation, decided_at = :at',
    { ':cancellation': cancellation, ':at': decided_at },
  ] as const;

export const allPendingBuckets = Array.from({ length: pendingBuckets }, (_, bucket) => String(bucket));

/** Spread by a hash, since ids of one moment share their first digits. */
const bucketOf = (id: string): string =>
  String((createHash('sha256').update(id).digest()[0] ?? 0) % pendingBuckets);
