import { DynamoDBClient, TransactionCanceledException } from '@aws-sdk/client-dynamodb';
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

/** A store whose writes end with these outcomes, the last one repeated; undefined is success. */
function storeWith(...outcomes: (Error | undefined)[]) {
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

// DynamoDB Local does not report conflicts by itself.
describe('createRegistered', () => {
  it('fails with email_taken when the address was registered during a conflict', async () => {
    const { accounts } = storeWith(
      cancelled('TransactionConflict', 'None'),
      cancelled('ConditionalCheckFailed', 'None'),
    );
    await expect(accounts.createRegistered(ada)).rejects.toMatchObject({ code: 'email_taken' });
  });

  it.each([
    ['another error', new Error('broken')],
    ['an unknown cancellation reason', cancelled('ValidationError', 'TransactionConflict')],
  ])('rethrows %s without a retry', async (_, failure) => {
    const { accounts, sent } = storeWith(failure);
    await expect(accounts.createRegistered(ada)).rejects.toBe(failure);
    expect(sent.writes).toBe(1);
  });
});
