import { GetCommand } from '@aws-sdk/lib-dynamodb';
import { describe, expect, inject, it } from 'vitest';
import * as z from 'zod/mini';
import type { Documents } from '../../lib/platform/dynamodb.ts';
import { createTables, readTables } from '../../localstack/tables.ts';
import { connect } from '../support/database/tables.ts';
import { simulatedDocuments, warmSdk } from './dynamodb/documents.ts';
import { ids, requestOf } from './dynamodb/random-requests.ts';
import { createDynamoDb } from './dynamodb/service.ts';
import { createRandom } from './runtime/random.ts';
import { createVirtualTime } from './runtime/virtual-time.ts';

const requestsPerSeed = 150;
/** An index lags behind its table: here each request waits until it has caught up. */
const indexLagMs = 1_000;

const failure = z.object({
  name: z.string(),
  Item: z.optional(z.unknown()),
  CancellationReasons: z.optional(
    z.array(z.object({ Code: z.optional(z.string()), Item: z.optional(z.unknown()) })),
  ),
});

/** What a client sees of a reply, but for wordings and what only a network adds. */
async function replyOf(request: ReturnType<typeof requestOf>, documents: Documents): Promise<unknown> {
  try {
    return { ...(await request(documents)), ...ignored };
  } catch (error) {
    const failed = failure.parse(error);
    // DynamoDB says which action of a transaction is wrong in itself, DynamoDB Local only that one is.
    const isWrong = failed.CancellationReasons?.some(({ Code }) => Code === 'ValidationError');
    return isWrong ? { name: 'ValidationException' } : failed;
  }
}

/** Consumed capacity is not asked for, and a query counts nothing that its items do not show. */
const ignored = {
  $metadata: undefined,
  Count: undefined,
  ScannedCount: undefined,
  UnprocessedKeys: undefined,
};

async function itemsOf(documents: Documents, TableName: string) {
  const reading = ids.map((id) =>
    documents.send(new GetCommand({ TableName, Key: { id }, ConsistentRead: true })),
  );
  return (await Promise.all(reading)).map(({ Item }) => Item);
}

/** The same requests, one after the other, to the simulated DynamoDB. */
async function simulatedReplies(seed: number, TableName: string, prefix: string) {
  await warmSdk();
  const time = createVirtualTime(createRandom(seed));
  const definitions = await readTables({ prefix });
  const dynamodb = createDynamoDb({ time, random: createRandom(seed), definitions, partitions: () => 1 });
  const documents = simulatedDocuments(time, dynamodb);
  const random = createRandom(seed);
  const replies: unknown[] = [];
  await time.run(async () => {
    for (let number = 0; number < requestsPerSeed; number++) {
      replies.push(await replyOf(requestOf(random, TableName, `${seed} ${number}`), documents));
      await time.sleep(indexLagMs);
    }
    replies.push(await itemsOf(documents, TableName));
  });
  return replies;
}

async function realReplies(seed: number, TableName: string) {
  const documents = connect(inject('dynamodbEndpoint'));
  const random = createRandom(seed);
  const replies: unknown[] = [];
  for (let number = 0; number < requestsPerSeed; number++) {
    replies.push(await replyOf(requestOf(random, TableName, `${seed} ${number}`), documents));
  }
  return [...replies, await itemsOf(documents, TableName)];
}

describe('the simulated DynamoDB', () => {
  it.each([1, 2, 3, 4, 5, 6])(
    'answers as DynamoDB Local does, and leaves the same items: seed %i',
    async (seed) => {
      const prefix = `differential-${seed}-${crypto.randomUUID()}`;
      await createTables({ endpoint: inject('dynamodbEndpoint'), prefix });
      const real = await realReplies(seed, `${prefix}-orders`);
      const simulated = await simulatedReplies(seed, `${prefix}-orders`, prefix);
      for (const [index, reply] of real.entries()) {
        expect(simulated[index], `request ${index}`).toEqual(reply);
      }
      const texts = real.map((reply) => JSON.stringify(reply));
      for (const kind of [
        'ConditionalCheckFailedException',
        'TransactionCanceledException',
        '"Items":[{',
        '"Item":{',
      ]) {
        expect(texts.filter((text) => text.includes(kind)).length, kind).toBeGreaterThan(0);
      }
    },
  );
});
