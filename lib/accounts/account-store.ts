import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import { GetCommand, PutCommand } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod/mini';
import { DomainError } from '../errors.ts';
import { backoff } from '../platform/backoff.ts';
import type { Documents } from '../platform/dynamodb.ts';
import { type TransactionWrite, transact } from '../platform/transaction.ts';
import { type Account, account, type GuestAccount, type RegisteredAccount } from './account.ts';

/** About 0.3 s of waiting on average. */
const maxAttempts = 6;

/** Marks the bootstrap secret as used. Never equals an account's id, which is a UUID. */
const bootstrapMarker = 'bootstrap';
const emailKey = (email: string): string => `email#${email}`;
const emailOwner = z.object({ account_id: z.string() });
const isNew = 'attribute_not_exists(id)';

export type AccountStore = ReturnType<typeof createAccountStore>;

export function createAccountStore({ documents, table }: { readonly documents: Documents; readonly table: string }) {
  async function read(id: string): Promise<Record<string, unknown> | undefined> {
    const command = new GetCommand({ TableName: table, Key: { id }, ConsistentRead: true });
    return (await documents.send(command)).Item;
  }

  /** Strongly consistent. */
  async function get(id: string): Promise<Account | undefined> {
    const item = await read(id);
    return item && account.parse(item);
  }

  /** @param failure reported if the item already exists */
  const insert = <Failure extends string>(
    item: Record<string, unknown>,
    failure: Failure,
  ): TransactionWrite<Failure> => ({
    action: { Put: { TableName: table, Item: item, ConditionExpression: isNew } },
    failure: () => failure,
  });

  return {
    get,

    /**
     * Writes the account and claims its email address, both or neither. Exactly one of any number of concurrent
     * registrations of an address succeeds. `spendBootstrap` also claims the single use of the bootstrap secret.
     *
     * @throws {DomainError} `forbidden` if the bootstrap secret has been used; `email_taken`; `contention`. Nothing was
     *   written
     */
    async createRegistered(
      registered: RegisteredAccount,
      { spendBootstrap }: { readonly spendBootstrap: boolean } = { spendBootstrap: false },
    ): Promise<void> {
      const owner = { account_id: registered.id };
      // The first failure is reported: a caller who may not register must not learn which addresses are taken.
      const writes = [
        ...(spendBootstrap ? [insert({ id: bootstrapMarker, ...owner }, 'forbidden')] : []),
        insert({ id: emailKey(registered.email), ...owner }, 'email_taken'),
        insert(registered, 'id_taken'),
      ];
      for (let attempt = 0; attempt < maxAttempts; attempt += 1) {
        if (attempt > 0) await backoff(attempt);
        const result = await transact(documents, writes);
        if (result.committed) return;
        const [failure] = result.failures;
        if (failure === 'id_taken') throw new Error(`Account ${registered.id} exists already`);
        if (failure !== undefined) throw new DomainError(failure);
      }
      throw new DomainError('contention', { retryAfterSeconds: 1 });
    },

    async createGuest(guest: GuestAccount): Promise<void> {
      const command = new PutCommand({ TableName: table, Item: guest, ConditionExpression: isNew });
      try {
        await documents.send(command);
      } catch (error) {
        if (!(error instanceof ConditionalCheckFailedException)) throw error;
        // After a lost response, the SDK retries the put and its condition fails on the item of the first attempt.
        const existing = await get(guest.id);
        if (existing?.kind !== 'guest' || existing.username !== guest.username) throw error;
      }
    },

    /** Strongly consistent. Makes the same reads whether or not the address is registered. */
    async findByEmail(email: string): Promise<RegisteredAccount | undefined> {
      const item = await read(emailKey(email));
      // Read an absent item for an unknown address, so that the response time does not reveal who has an account.
      const found = await get(item ? emailOwner.parse(item).account_id : 'nobody');
      return found?.kind === 'registered' ? found : undefined;
    },
  };
}
