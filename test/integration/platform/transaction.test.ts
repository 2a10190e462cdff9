import { PutCommand, ScanCommand } from '@aws-sdk/lib-dynamodb';
import { beforeEach, describe, expect, it } from 'vitest';
import { batchGet } from '../../../lib/platform/batch-get.ts';
import type { Documents } from '../../../lib/platform/dynamodb.ts';
import { type TransactionWrite, transact } from '../../../lib/platform/transaction.ts';
import { type Attempt, type Fault, withFaults } from '../../support/database/fault-injection.ts';
import { freshTables } from '../../support/database/tables.ts';

let documents: Documents;
let table: string;
beforeEach(async () => {
  const fresh = await freshTables();
  documents = fresh.documents;
  table = fresh.tables.orders;
});

/** Adds to a counter, which reveals a transaction that was applied twice. */
const adding = (id: string): TransactionWrite<string> => ({
  action: {
    Update: {
      TableName: table,
      Key: { id },
      UpdateExpression: 'ADD times_added :one',
      ExpressionAttributeValues: { ':one': 1 },
    },
  },
  failure: () => id,
});

const putting = (id: string): TransactionWrite<string> => ({
  action: {
    Put: {
      TableName: table,
      Item: { id },
      ConditionExpression: 'attribute_not_exists(id)',
      ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
    },
  },
  failure: (old) => `${id} was ${JSON.stringify(old)}`,
});

const items = async () =>
  (await documents.send(new ScanCommand({ TableName: table, ConsistentRead: true }))).Items ?? [];

const failing = (choose: (attempt: Attempt) => Fault | undefined) => withFaults(documents, choose);

describe('transact', () => {
  it('commits once when its response is lost twice', async () => {
    const { documents: faulty, attempts } = failing(({ attempt }) => (attempt < 3 ? 'timeout_after' : undefined));
    expect(await transact(faulty, [adding('a'), adding('b')])).toEqual({ committed: true });
    expect(attempts).toHaveLength(3);
    expect((await items()).map((item) => item['times_added'])).toEqual([1, 1]);
  });

  it('returns the failed conditions with the stored items, and writes nothing', async () => {
    await documents.send(new PutCommand({ TableName: table, Item: { id: 'b' } }));
    expect(await transact(documents, [putting('a'), putting('b')])).toEqual({
      committed: false,
      failures: ['b was {"id":"b"}'],
      contention: false,
    });
    expect(await items()).toEqual([{ id: 'b' }]);
  });

  it.each(['conflict', 'throttled'] as const)('returns contention after %s, and writes nothing', async (fault) => {
    const { documents: faulty } = failing(() => fault);
    expect(await transact(faulty, [putting('a')])).toEqual({
      committed: false,
      failures: [],
      contention: true,
    });
    expect(await items()).toEqual([]);
  });

  it.each(['timeout_after', 'timeout_before', 'server_error'] as const)(
    'throws when every attempt ends with %s',
    async (fault) => {
      const { documents: faulty } = failing(() => fault);
      await expect(transact(faulty, [putting('a')])).rejects.toThrow();
    },
  );

  it('throws for a transaction that DynamoDB does not accept', async () => {
    await expect(transact(documents, [adding('a'), adding('a')])).rejects.toThrow();
  });
});

describe('batchGet', () => {
  it('finds more items than one request returns, and leaves out absent ones', async () => {
    const ids = Array.from({ length: 130 }, (_, n) => `item-${n}`);
    await transact(documents, ids.slice(0, 100).map(putting));
    await transact(documents, ids.slice(100).map(putting));
    const keys = [...ids, 'absent'].map((id) => ({ table, key: { id } }));
    const found = await batchGet(documents, keys);
    expect((found.get(table) ?? []).map((item) => String(item['id'])).sort()).toEqual([...ids].sort());
  });

  it('sends no request for an empty key list', async () => {
    const { documents: counted, attempts } = failing(() => undefined);
    expect((await batchGet(counted, [])).size).toBe(0);
    expect(attempts).toEqual([]);
  });
});
