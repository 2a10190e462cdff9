import { DynamoDBClient, TransactionCanceledException, TransactionConflictException } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod/mini';

const write = z.object({
  TableName: z.string(),
  Key: z.optional(z.unknown()),
  Item: z.optional(z.object({ id: z.optional(z.unknown()), customer_id: z.optional(z.unknown()) })),
});
const transaction = z.object({
  TransactItems: z.array(z.record(z.string(), write)),
});

/**
 * Returns a client of the same database that simulates DynamoDB's transaction conflicts, which DynamoDB Local
 * lacks: a write to an item of a transaction in flight fails. Each transaction holds its items for `holdMs`
 * longer.
 *
 * @see https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/transaction-apis.html
 */
export function withConflicts({ config: { endpoint, region, credentials } }: DynamoDBDocumentClient, holdMs = 12) {
  if (endpoint === undefined) throw new Error('The client has no endpoint');
  const client = new DynamoDBClient({ endpoint, region, credentials });
  const documents = DynamoDBDocumentClient.from(client, { marshallOptions: { removeUndefinedValues: true } });
  const held = new Set<string>();
  const counts = { transactions: 0, conflicts: 0 };
  const $metadata = { httpStatusCode: 400 };

  documents.middlewareStack.add(
    (next, { commandName }) =>
      async (args) => {
        if (commandName === 'TransactWriteItemsCommand') {
          const actions = transaction.parse(args.input).TransactItems.flatMap((item) => Object.values(item));
          const items = actions.map(itemOf);
          counts.transactions++;
          if (items.some((item) => held.has(item))) {
            counts.conflicts++;
            throw new TransactionCanceledException({
              $metadata,
              message: 'Transaction cancelled',
              CancellationReasons: items.map((item) => ({
                Code: held.has(item) ? 'TransactionConflict' : 'None',
              })),
            });
          }
          for (const item of items) held.add(item);
          try {
            await new Promise((resolve) => setTimeout(resolve, holdMs));
            return await next(args);
          } finally {
            for (const item of items) held.delete(item);
          }
        }
        const single = write.safeParse(args.input);
        if (/^(Put|Update)Item/.test(commandName ?? '') && single.success && held.has(itemOf(single.data))) {
          throw new TransactionConflictException({ $metadata, message: '' });
        }
        return next(args);
      },
    { step: 'finalizeRequest', priority: 'low', name: 'conflicts' },
  );
  return { documents, counts };
}

/** Returns table and key. A put has no key: it writes an order (key `id`) or a cart (key `customer_id`). */
function itemOf({ TableName, Key, Item }: z.output<typeof write>): string {
  const key = Key ?? (Item?.id === undefined ? { customer_id: Item?.customer_id } : { id: Item.id });
  return `${TableName} ${JSON.stringify(key)}`;
}
