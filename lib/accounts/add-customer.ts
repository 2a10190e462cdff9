import { type Clock, systemClock, toIso } from '../platform/clock.ts';
import { newId } from '../platform/ids.ts';
import type { AccessTokens, TokenReply } from './access-token.ts';
import type { GuestAccount, NewCustomer } from './account.ts';
import type { AccountStore } from './account-store.ts';

/** Makes a guest: a customer with a name, and a token in place of a password. Names need not be unique. */
export async function addCustomer(
  {
    accounts,
    tokens,
    clock = systemClock,
  }: {
    readonly accounts: Pick<AccountStore, 'createGuest'>;
    readonly tokens: Pick<AccessTokens, 'issue'>;
    readonly clock?: Clock;
  },
  { username }: NewCustomer,
): Promise<Pick<GuestAccount, 'id' | 'username' | 'role'> & TokenReply> {
  const guest: GuestAccount = {
    id: newId(),
    kind: 'guest',
    username,
    role: 'USER',
    created_at: toIso(clock.now()),
  };
  // First, because a guest that nobody holds a token for could never be used.
  const token = await tokens.issue(guest);
  await accounts.createGuest(guest);
  return { id: guest.id, username, role: guest.role, ...token };
}
