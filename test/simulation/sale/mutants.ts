import type { DynamoDBBatchResponse, DynamoDBStreamEvent } from 'aws-lambda';
import * as z from 'zod/mini';
import { tableName } from './container.ts';

/** Changes a request to DynamoDB, as if the code that sends it lacked a protection. */
type Rewrite = (operation: string, body: string) => string;

/** The service without one of its protections. */
export interface Mutant {
  readonly rewrite?: Rewrite;
  /** Whether the scheduled sweeps run. */
  readonly sweeps?: boolean;
  /** Changes what the worker does with a batch. */
  readonly process?: Process;
}

/** @param work what the worker does */
export type Process = (
  work: (event: DynamoDBStreamEvent) => Promise<DynamoDBBatchResponse>,
  event: DynamoDBStreamEvent,
) => Promise<DynamoDBBatchResponse>;

const write = z.looseObject({
  TableName: z.string(),
  ConditionExpression: z.optional(z.string()),
  UpdateExpression: z.optional(z.string()),
});
type Write = z.output<typeof write>;
const transaction = z.looseObject({
  ClientRequestToken: z.string(),
  TransactItems: z.array(z.record(z.string(), write)),
});

const batch = z.object({
  RequestItems: z.record(z.string(), z.looseObject({ Keys: z.array(z.unknown()) })),
});

/** Changes each write to one table, single or in a transaction. */
const rewriting =
  (table: string, change: (input: Write) => Write): Rewrite =>
  (operation, body) => {
    const of = (input: Write) => (input.TableName === tableName(table) ? change(input) : input);
    if (operation === 'TransactWriteItems') {
      const sent = transaction.parse(JSON.parse(body));
      const items = sent.TransactItems.map((item) =>
        Object.fromEntries(Object.entries(item).map(([kind, input]) => [kind, of(input)])),
      );
      return JSON.stringify({ ...sent, TransactItems: items });
    }
    if (!/^(Put|Update)Item$/.test(operation)) return body;
    return JSON.stringify(of(write.parse(JSON.parse(body))));
  };

/** Removes one clause from the conditions of a table. */
const withoutClause = (table: string, clause: string): Rewrite =>
  rewriting(table, ({ ConditionExpression: condition, ...input }) => {
    if (condition === undefined || !condition.includes(clause)) return { ...input, ConditionExpression: condition };
    const rest = condition.split(' AND ').filter((part) => part !== clause);
    return rest.length === 0 ? input : { ...input, ConditionExpression: rest.join(' AND ') };
  });

const status = z.looseObject({ ':status': z.optional(z.object({ S: z.string() })) });

const withoutStatusGuard = (to: string): Rewrite =>
  rewriting('orders', ({ ConditionExpression, ...input }) => {
    const values = status.safeParse(input['ExpressionAttributeValues']).data;
    return values?.[':status']?.S === to ? input : { ...input, ConditionExpression };
  });

let tokens = 0;

const rewrites: Readonly<Record<string, Rewrite>> = {
  'stock >= quantity when selling': withoutClause('stock', 'stock >= :quantity'),
  'product version unchanged when selling': withoutClause('stock', 'product_version = :version'),
  'only a newer product version overwrites a shard': withoutClause(
    'stock',
    'attribute_not_exists(shard_id) OR product_version < :version',
  ),
  'stock_increases is incremented': rewriting('stock', (input) =>
    input.UpdateExpression === undefined
      ? input
      : {
          ...input,
          UpdateExpression: input.UpdateExpression.replace(', stock_increases = stock_increases + :one', ''),
        },
  ),
  'checksums of writes to several shards': rewriting('stock', (input) =>
    input.UpdateExpression === undefined
      ? input
      : { ...input, UpdateExpression: input.UpdateExpression.replace(' ADD checksum :checksum', '') },
  ),
  'a restock idempotency key is used once': withoutClause('products', 'attribute_not_exists(id)'),
  'only PENDING orders are confirmed': withoutStatusGuard('CONFIRMED'),
  'only PENDING orders are rejected': withoutStatusGuard('REJECTED'),
  'the status is unchanged when cancelling': withoutStatusGuard('CANCELLED'),
  'order ids are unique': withoutClause('orders', 'attribute_not_exists(id)'),
  'cart version unchanged at checkout': withoutClause('carts', 'version = :version'),
  'units within the purchase limit': rewriting('purchases', ({ ConditionExpression, ...input }) => input),
  'every shard is read before an order is rejected': (operation, body) => {
    if (operation !== 'BatchGetItem') return body;
    const { RequestItems: requested } = batch.parse(JSON.parse(body));
    const stock = requested[tableName('stock')];
    if (stock === undefined) return body;
    const Keys = stock.Keys.filter((key) => !JSON.stringify(key).includes('#0'));
    const { [tableName('stock')]: _stock, ...others } = requested;
    const left = Keys.length === 0 ? others : { ...others, [tableName('stock')]: { ...stock, Keys } };
    return Object.keys(left).length === 0 ? body : JSON.stringify({ RequestItems: left });
  },
  'retries reuse the ClientRequestToken': (operation, body) => {
    if (operation !== 'TransactWriteItems') return body;
    const sent = transaction.parse(JSON.parse(body));
    return JSON.stringify({ ...sent, ClientRequestToken: `another ${tokens++}` });
  },
};

/** Mutants by removed protection. */
export const mutants: Readonly<Record<string, Mutant>> = {
  ...Object.fromEntries(Object.entries(rewrites).map(([name, rewrite]) => [name, { rewrite }])),
  'scheduled sweeps': { sweeps: false },
  'the worker reports a failed record': {
    process: async (work, event) => {
      await work(event);
      return { batchItemFailures: [] };
    },
  },
  'the worker throws if the first record failed': {
    process: (work, event) =>
      work(event).catch(() => ({
        batchItemFailures: [{ itemIdentifier: event.Records[0]?.dynamodb?.SequenceNumber ?? '' }],
      })),
  },
  'the worker decides the orders behind an unreadable record': {
    process: (work, { Records }) => {
      const unreadable = Records.findIndex(({ dynamodb }) => dynamodb?.NewImage?.['status'] === undefined);
      return work({ Records: unreadable === -1 ? Records : Records.slice(0, unreadable + 1) });
    },
  },
};
