import { type Clock, toIso } from '../platform/clock.ts';
import { newId } from '../platform/ids.ts';
import type { AccessTokens, TokenResponse } from './access-token.ts';
import type { GuestAccount, NewCustomer } from './account.ts';
import type { AccountStore } from './account-store.ts';

/** Creates a guest: a customer with a name and a token, but no password. Names need not be unique. */
export async function addCustomer(
  {
    accounts,
    tokens,
    clock,
  }: {
    readonly accounts: Pick<AccountStore, 'createGuest'>;
    readonly tokens: Pick<AccessTokens, 'issue'>;
    readonly clock: Clock;
  },
  { username }: NewCustomer,
): Promise<Pick<GuestAccount, 'id' | 'username' | 'role'> & TokenResponse> {
  const guest: GuestAccount = {
    id: newId(),
    kind: 'guest',
    username,
    role: 'USER',
    created_at: toIso(clock.now()),
  };
  // Before the write: a guest without a token could never be used.
  const token = await tokens.issue(guest);
  await accounts.createGuest(guest);
  return { id: guest.id, username, role: guest.role, ...token };
}
