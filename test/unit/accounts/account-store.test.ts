import {
  DynamoDBClient,
  TransactionCanceledException,
  TransactionInProgressException,
} from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { describe, expect, it } from 'vitest';
import type { RegisteredAccount } from '../../../lib/accounts/account.ts';
import { createAccountStore } from '../../../lib/accounts/account-store.ts';

const ada: RegisteredAccount = {
  id: '01890a5d-ac96-774b-bcce-b302099a8057',
  kind: 'registered',
  email: 'ada@example.com',
  role: 'USER',
  password_hash: 'hash',
  created_at: '2025-12-12T00:00:00.000Z',
};

const cancelled = (...codes: string[]) =>
  new TransactionCanceledException({
    $metadata: {},
    message: 'cancelled',
    CancellationReasons: codes.map((Code) => ({ Code })),
  });

/** A store whose writes end as listed, in turn, and then always as the last; undefined is success. */
function storeAnswering(...outcomes: (Error | undefined)[]) {
  const documents = DynamoDBDocumentClient.from(
    new DynamoDBClient({ region: 'local', credentials: { accessKeyId: 'x', secretAccessKey: 'x' } }),
  );
  const sent = { writes: 0 };
  documents.middlewareStack.add(
    () => async () => {
      const outcome = outcomes[Math.min(sent.writes, outcomes.length - 1)];
      sent.writes += 1;
      if (outcome !== undefined) throw outcome;
      return { output: { $metadata: {} }, response: {} };
    },
    { step: 'initialize', priority: 'high' },
  );
  return { sent, accounts: createAccountStore({ documents, table: 'accounts' }) };
}

// DynamoDB Local never reports a conflict, so they are made here.
describe('a registration that meets a conflict', () => {
  it.each([
    ['TransactionConflict', cancelled('TransactionConflict', 'None')],
    ['ThrottlingError', cancelled('None', 'ThrottlingError')],
    ['an attempt of its own under way', new TransactionInProgressException({ $metadata: {}, message: '' })],
  ])('succeeds after %s', async (_, conflict) => {
    const { accounts } = storeAnswering(conflict, conflict, undefined);
    await expect(accounts.createRegistered(ada)).resolves.toBeUndefined();
  });

  it('learns that the e-mail address was taken meanwhile', async () => {
    const { accounts } = storeAnswering(
      cancelled('TransactionConflict', 'None'),
      cancelled('ConditionalCheckFailed', 'None'),
    );
    await expect(accounts.createRegistered(ada)).rejects.toMatchObject({ code: 'email_taken' });
  });

  it('never repeats a failed condition', async () => {
    const { accounts, sent } = storeAnswering(cancelled('ConditionalCheckFailed', 'TransactionConflict'));
    await expect(accounts.createRegistered(ada)).rejects.toMatchObject({ code: 'email_taken' });
    expect(sent.writes).toBe(1);
  });

  it('gives up with a time to try again', async () => {
    const { accounts, sent } = storeAnswering(cancelled('TransactionConflict', 'None'));
    await expect(accounts.createRegistered(ada)).rejects.toMatchObject({
      code: 'contention',
      details: { retryAfterSeconds: 1 },
    });
    expect(sent.writes).toBe(6);
  });

  it.each([
    ['another failure', new Error('broken')],
    ['a cancellation it does not know', cancelled('ValidationError', 'TransactionConflict')],
    ['an id that exists', cancelled('None', 'ConditionalCheckFailed')],
  ])('lets %s through, unrepeated', async (_, failure) => {
    const { accounts, sent } = storeAnswering(failure);
    await expect(accounts.createRegistered(ada)).rejects.toBe(failure);
    expect(sent.writes).toBe(1);
  });
});

describe('a spent bootstrap secret', () => {
  it('is reported before anything about the e-mail address', async () => {
    const { accounts } = storeAnswering(
      cancelled('ConditionalCheckFailed', 'ConditionalCheckFailed', 'None'),
    );
    await expect(accounts.createRegistered(ada, { spendBootstrap: true })).rejects.toMatchObject({
      code: 'forbidden',
    });
  });
});
