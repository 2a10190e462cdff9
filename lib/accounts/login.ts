import { DomainError } from '../errors.ts';
import type { AccessTokens, TokenResponse } from './access-token.ts';
import type { Credentials } from './account.ts';
import type { AccountStore } from './account-store.ts';
import { unmatchableHash, verifyPassword } from './password.ts';

const noAccountHash = unmatchableHash();

/**
 * Issues an access token for an email address and its password. An unknown address costs the same reads and the same
 * hashing as a wrong password, so neither the error nor the response time reveals whether an account exists.
 *
 * @throws {DomainError} `invalid_credentials`
 */
export async function login(
  {
    accounts,
    tokens,
  }: { readonly accounts: Pick<AccountStore, 'findByEmail'>; readonly tokens: Pick<AccessTokens, 'issue'> },
  { email, password }: Credentials,
): Promise<TokenResponse> {
  const account = await accounts.findByEmail(email);
  const matches = await verifyPassword(password, account?.password_hash ?? noAccountHash);
  if (account === undefined || !matches) throw new DomainError('invalid_credentials');
  return tokens.issue(account);
}
