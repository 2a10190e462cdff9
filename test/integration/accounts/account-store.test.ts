import { beforeAll, describe, expect, it } from 'vitest';
import type { GuestAccount, RegisteredAccount } from '../../../lib/accounts/account.ts';
import { type AccountStore, createAccountStore } from '../../../lib/accounts/account-store.ts';
import { isServiceUnavailable } from '../../../lib/platform/aws-errors.ts';
import type { Documents } from '../../../lib/platform/dynamodb.ts';
import { newId } from '../../../lib/platform/ids.ts';
import { type Fault, withFaults } from '../../support/database/fault-injection.ts';
import { freshTables } from '../../support/database/tables.ts';

const racers = 20;
const created_at = '2025-12-12T00:00:00.000Z';

const registered = (overrides: Partial<RegisteredAccount> = {}): RegisteredAccount => ({
  id: newId(),
  kind: 'registered',
  email: `${newId()}@example.com`,
  role: 'USER',
  password_hash: 'hash',
  created_at,
  ...overrides,
});

const guest = (overrides: Partial<GuestAccount> = {}): GuestAccount => ({
  id: newId(),
  kind: 'guest',
  username: 'Ada',
  role: 'USER',
  created_at,
  ...overrides,
});

describe('accountStore', () => {
  let accounts: AccountStore;
  let documents: Documents;
  let table: string;

  beforeAll(async () => {
    const fresh = await freshTables();
    documents = fresh.documents;
    table = fresh.tables.accounts;
    accounts = createAccountStore({ documents, table });
  });

  it('finds a registered account by email address and by id', async () => {
    const account = registered();
    await accounts.createRegistered(account);
    expect(await accounts.findByEmail(account.email)).toEqual(account);
    expect(await accounts.get(account.id)).toEqual(account);
  });

  it('returns undefined for an unknown address or id', async () => {
    expect(await accounts.findByEmail('nobody@example.com')).toBeUndefined();
    expect(await accounts.get(newId())).toBeUndefined();
  });

  it('keeps the first account of an email address and writes nothing of the second', async () => {
    const first = registered();
    const second = registered({ email: first.email });
    await accounts.createRegistered(first);
    await expect(accounts.createRegistered(second)).rejects.toMatchObject({ code: 'email_taken' });
    expect(await accounts.findByEmail(first.email)).toEqual(first);
    expect(await accounts.get(second.id)).toBeUndefined();
  });

  it('lets exactly one of many concurrent registrations of an address succeed', async () => {
    const contenders = Array.from({ length: racers }, () => registered({ email: 'race@example.com' }));
    const outcomes = await Promise.allSettled(contenders.map((account) => accounts.createRegistered(account)));

    const winners = contenders.filter((_, index) => outcomes[index]?.status === 'fulfilled');
    expect(winners).toHaveLength(1);
    expect(await accounts.findByEmail('race@example.com')).toEqual(winners[0]);
    for (const outcome of outcomes) {
      if (outcome.status === 'rejected') expect(outcome.reason).toMatchObject({ code: 'email_taken' });
    }
    const stored = await Promise.all(contenders.map(({ id }) => accounts.get(id)));
    expect(stored.filter((account) => account !== undefined)).toEqual(winners);
  });

  it.each<[string, Fault, number]>([
    ['lost responses', 'timeout_after', 2],
    ['conflicts', 'conflict', 3],
    ['throttling', 'throttled', 3],
  ])('registers once despite %s', async (_, fault, faults) => {
    const account = registered({ role: 'ADMIN' });
    const { tables } = await freshTables();
    const attempts: unknown[] = [];
    const faulty = withFaults(documents, (attempt) => (attempts.push(attempt) <= faults ? fault : undefined));
    const store = createAccountStore({ documents: faulty.documents, table: tables.accounts });
    await expect(store.createRegistered(account, { spendBootstrap: true })).resolves.toBeUndefined();
    expect(attempts.length).toBeGreaterThan(faults);
    expect(await store.findByEmail(account.email)).toEqual(account);
    const again = store.createRegistered(registered(), { spendBootstrap: true });
    await expect(again).rejects.toMatchObject({ code: 'forbidden' });
  });

  it('fails with contention when every attempt conflicts', async () => {
    const { documents: faulty, attempts } = withFaults(documents, () => 'conflict');
    const store = createAccountStore({ documents: faulty, table });
    await expect(store.createRegistered(registered())).rejects.toMatchObject({
      code: 'contention',
      details: { retryAfterSeconds: 1 },
    });
    expect(attempts).toHaveLength(6);
  });

  it('reports a spent bootstrap secret rather than a registered address', async () => {
    const { tables } = await freshTables();
    const store = createAccountStore({ documents, table: tables.accounts });
    const account = registered();
    await store.createRegistered(account, { spendBootstrap: true });
    const again = store.createRegistered(registered({ email: account.email }), { spendBootstrap: true });
    await expect(again).rejects.toMatchObject({ code: 'forbidden' });
  });

  it('throws, without a retry, when the id exists', async () => {
    const account = registered();
    await accounts.createRegistered(account);
    const { documents: counted, attempts } = withFaults(documents);
    const again = createAccountStore({ documents: counted, table }).createRegistered(registered({ id: account.id }));
    await expect(again).rejects.toThrow(`Account ${account.id} exists already`);
    expect(attempts).toHaveLength(1);
  });

  it('fails as unavailable, not as taken, when no response arrives', async () => {
    const faulty = withFaults(documents, () => 'timeout_after');
    const store = createAccountStore({ documents: faulty.documents, table });
    await expect(store.createRegistered(registered())).rejects.toSatisfy(isServiceUnavailable);
  });

  it('stores a guest, also when the write is retried', async () => {
    const account = guest();
    await accounts.createGuest(account);
    await accounts.createGuest(account);
    expect(await accounts.get(account.id)).toEqual(account);
  });

  it('never overwrites an account with a guest', async () => {
    const account = registered();
    await accounts.createRegistered(account);
    await expect(accounts.createGuest(guest({ id: account.id }))).rejects.toThrow('conditional');
    expect(await accounts.get(account.id)).toEqual(account);
  });
});
