import { setTimeout as sleep } from 'node:timers/promises';
import {
  ConditionalCheckFailedException,
  TransactionCanceledException,
  TransactionInProgressException,
} from '@aws-sdk/client-dynamodb';
import {
  GetCommand,
  PutCommand,
  TransactWriteCommand,
  type TransactWriteCommandInput,
} from '@aws-sdk/lib-dynamodb';
import * as z from 'zod/mini';
import { DomainError } from '../errors.ts';
import type { Documents } from '../platform/dynamodb.ts';
import { type Account, account, type GuestAccount, type RegisteredAccount } from './account.ts';

const maxAttempts = 6;
const baseDelayMs = 25;
/** What another writer or a full partition causes, and time alone cures. */
const transient = new Set(['TransactionConflict', 'ThrottlingError', 'ProvisionedThroughputExceeded']);

/** Marks that the one-time bootstrap secret is spent. Cannot be an account's id, which is a UUID. */
const bootstrapMarker = 'bootstrap';
const emailKey = (email: string): string => `email#${email}`;
const emailOwner = z.object({ account_id: z.string() });
const isNew = 'attribute_not_exists(id)';

type Entry = NonNullable<TransactWriteCommandInput['TransactItems']>[number];
/** One put of a transaction, and what it means that its item exists; nothing expected for a new id. */
interface Clause {
  readonly item: Record<string, unknown>;
  readonly refusal?: 'forbidden' | 'email_taken';
}

export type AccountStore = ReturnType<typeof createAccountStore>;

export function createAccountStore({
  documents,
  table,
}: {
  readonly documents: Documents;
  readonly table: string;
}) {
  async function read(id: string): Promise<Record<string, unknown> | undefined> {
    const command = new GetCommand({ TableName: table, Key: { id }, ConsistentRead: true });
    return (await documents.send(command)).Item;
  }

  /** Strongly consistent. */
  async function get(id: string): Promise<Account | undefined> {
    const item = await read(id);
    return item && account.parse(item);
  }

  const put = ({ item }: Clause): Entry => ({
    Put: { TableName: table, Item: item, ConditionExpression: isNew },
  });

  return {
    get,

    /**
     * Writes the account and claims its e-mail address, both or neither: of any number that race for one
     * address exactly one wins. `spendBootstrap` also claims the only use of the bootstrap secret.
     *
     * @throws {DomainError} `forbidden` if the bootstrap secret is spent; `email_taken`; `contention`, with
     *   nothing written
     */
    async createRegistered(
      registered: RegisteredAccount,
      { spendBootstrap }: { readonly spendBootstrap: boolean } = { spendBootstrap: false },
    ): Promise<void> {
      const owned = { account_id: registered.id };
      // In the order in which a refusal is reported: who may not register learns nothing of addresses.
      const clauses: Clause[] = [
        ...(spendBootstrap
          ? [{ item: { id: bootstrapMarker, ...owned }, refusal: 'forbidden' } as const]
          : []),
        { item: { id: emailKey(registered.email), ...owned }, refusal: 'email_taken' },
        { item: registered },
      ];
      const command = new TransactWriteCommand({
        // Makes a repetition after a lost reply the same registration, not a second one.
        ClientRequestToken: registered.id,
        TransactItems: clauses.map(put),
      });
      await withRetries(() => documents.send(command), clauses);
    },

    async createGuest(guest: GuestAccount): Promise<void> {
      const command = new PutCommand({ TableName: table, Item: guest, ConditionExpression: isNew });
      try {
        await documents.send(command);
      } catch (error) {
        if (!(error instanceof ConditionalCheckFailedException)) throw error;
        // The SDK repeats a put whose reply was lost, and then meets its own first attempt.
        const existing = await get(guest.id);
        if (existing?.kind !== 'guest' || existing.username !== guest.username) throw error;
      }
    },

    /** Strongly consistent. Does the same reads whether or not the address is known. */
    async findByEmail(email: string): Promise<RegisteredAccount | undefined> {
      const item = await read(emailKey(email));
      // Without an owner a read that finds nothing, so that the time taken does not tell who has an account.
      const found = await get(item ? emailOwner.parse(item).account_id : 'nobody');
      return found?.kind === 'registered' ? found : undefined;
    },
  };
}

/** Full jitter, some 0.4 s of waiting on average before it gives up; a failed condition is final. */
async function withRetries(write: () => Promise<unknown>, clauses: readonly Clause[]): Promise<void> {
  let cause: unknown;
  for (let attempt = 0; attempt < maxAttempts; attempt += 1) {
    if (attempt > 0) await sleep(Math.random() * baseDelayMs * 2 ** (attempt - 1));
    try {
      await write();
      return;
    } catch (error) {
      if (!isTransient(error, clauses)) throw error;
      cause = error;
    }
  }
  throw new DomainError('contention', { retryAfterSeconds: 1, cause });
}

/** Whether to try again; throws the refusal if a condition failed, which outweighs any conflict beside it. */
function isTransient(error: unknown, clauses: readonly Clause[]): boolean {
  if (error instanceof TransactionInProgressException) return true;
  if (!(error instanceof TransactionCanceledException)) return false;
  const codes = error.CancellationReasons?.map(({ Code }) => Code ?? 'None') ?? [];
  for (const [index, { refusal }] of clauses.entries()) {
    if (refusal !== undefined && codes[index] === 'ConditionalCheckFailed') {
      throw new DomainError(refusal, { cause: error });
    }
  }
  return (
    codes.some((code) => transient.has(code)) && codes.every((code) => code === 'None' || transient.has(code))
  );
}
