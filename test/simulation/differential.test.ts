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
/** Longer than an index lags behind its table. */
const indexLagMaxMs = 1_000;

const failure = z.object({
  name: z.string(),
  Item: z.optional(z.unknown()),
  CancellationReasons: z.optional(z.array(z.object({ Code: z.optional(z.string()), Item: z.optional(z.unknown()) }))),
});

/** Returns the response or error that the client receives, without messages and metadata. */
async function responseOf(request: ReturnType<typeof requestOf>, documents: Documents): Promise<unknown> {
  try {
    return { ...(await request(documents)), ...ignored };
  } catch (error) {
    const failed = failure.parse(error);
    // DynamoDB reports which action of a transaction is invalid; DynamoDB Local rejects the whole request.
    const isInvalid = failed.CancellationReasons?.some(({ Code }) => Code === 'ValidationError');
    return isInvalid ? { name: 'ValidationException' } : failed;
  }
}

/** Metadata, and counts that follow from the items. */
const ignored = {
  $metadata: undefined,
  Count: undefined,
  ScannedCount: undefined,
  UnprocessedKeys: undefined,
};

async function itemsOf(documents: Documents, TableName: string) {
  const reads = ids.map((id) => documents.send(new GetCommand({ TableName, Key: { id }, ConsistentRead: true })));
  return (await Promise.all(reads)).map(({ Item }) => Item);
}

/** Sends the requests of a seed to the simulated DynamoDB. */
async function simulatedResponses(seed: number, TableName: string, prefix: string) {
  await warmSdk();
  const time = createVirtualTime(createRandom(seed));
  const definitions = await readTables({ prefix });
  const dynamodb = createDynamoDb({ time, random: createRandom(seed), definitions, partitions: () => 1 });
  const documents = simulatedDocuments(time, dynamodb);
  const random = createRandom(seed);
  const responses: unknown[] = [];
  await time.run(async () => {
    for (let number = 0; number < requestsPerSeed; number++) {
      responses.push(await responseOf(requestOf(random, TableName, `${seed} ${number}`), documents));
      await time.sleep(indexLagMaxMs);
    }
    responses.push(await itemsOf(documents, TableName));
  });
  return responses;
}

/** Sends the requests of a seed to DynamoDB Local. */
async function localResponses(seed: number, TableName: string) {
  const documents = connect(inject('dynamodbEndpoint'));
  const random = createRandom(seed);
  const responses: unknown[] = [];
  for (let number = 0; number < requestsPerSeed; number++) {
    responses.push(await responseOf(requestOf(random, TableName, `${seed} ${number}`), documents));
  }
  return [...responses, await itemsOf(documents, TableName)];
}

describe('the simulated DynamoDB', () => {
  it.each([1, 2, 3, 4, 5, 6])('returns the same responses and items as DynamoDB Local: seed %i', async (seed) => {
    const prefix = `differential-${seed}-${crypto.randomUUID()}`;
    await createTables({ endpoint: inject('dynamodbEndpoint'), prefix });
    const local = await localResponses(seed, `${prefix}-orders`);
    const simulated = await simulatedResponses(seed, `${prefix}-orders`, prefix);
    for (const [index, response] of local.entries()) {
      expect(simulated[index], `request ${index}`).toEqual(response);
    }
    const texts = local.map((response) => JSON.stringify(response));
    for (const kind of ['ConditionalCheckFailedException', 'TransactionCanceledException', '"Items":[{', '"Item":{']) {
      expect(texts.filter((text) => text.includes(kind)).length, kind).toBeGreaterThan(0);
    }
  });
});
