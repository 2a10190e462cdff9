import { beforeAll, describe, expect, it } from 'vitest';
import type { GuestAccount, RegisteredAccount } from '../../../lib/accounts/account.ts';
import { type AccountStore, createAccountStore } from '../../../lib/accounts/account-store.ts';
import { newId } from '../../../lib/platform/ids.ts';
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

describe('account store', () => {
  let accounts: AccountStore;

  beforeAll(async () => {
    const { documents, tables } = await freshTables();
    accounts = createAccountStore({ documents, table: tables.accounts });
  });

  it('finds a registered account by e-mail address and by id', async () => {
    const account = registered();
    await accounts.createRegistered(account);
    expect(await accounts.findByEmail(account.email)).toEqual(account);
    expect(await accounts.get(account.id)).toEqual(account);
  });

  it('finds nothing under an address or id that nobody has', async () => {
    expect(await accounts.findByEmail('nobody@example.com')).toBeUndefined();
    expect(await accounts.get(newId())).toBeUndefined();
  });

  it('keeps the first account of an e-mail address and writes nothing of the second', async () => {
    const first = registered();
    const second = registered({ email: first.email });
    await accounts.createRegistered(first);
    await expect(accounts.createRegistered(second)).rejects.toMatchObject({ code: 'email_taken' });
    expect(await accounts.findByEmail(first.email)).toEqual(first);
    expect(await accounts.get(second.id)).toBeUndefined();
  });

  it('lets exactly one of many racing registrations of an address win', async () => {
    const contenders = Array.from({ length: racers }, () => registered({ email: 'race@example.com' }));
    const outcomes = await Promise.allSettled(
      contenders.map((account) => accounts.createRegistered(account)),
    );

    const winners = contenders.filter((_, index) => outcomes[index]?.status === 'fulfilled');
    expect(winners).toHaveLength(1);
    expect(await accounts.findByEmail('race@example.com')).toEqual(winners[0]);
    for (const outcome of outcomes) {
      if (outcome.status === 'rejected') expect(outcome.reason).toMatchObject({ code: 'email_taken' });
    }
    const stored = await Promise.all(contenders.map(({ id }) => accounts.get(id)));
    expect(stored.filter((account) => account !== undefined)).toEqual(winners);
  });

  it('takes a repetition of the same registration for the same one', async () => {
    const account = registered();
    await accounts.createRegistered(account);
    await expect(accounts.createRegistered(account)).resolves.toBeUndefined();
    expect(await accounts.findByEmail(account.email)).toEqual(account);
  });

  it('stores a guest, also when the write is repeated', async () => {
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
