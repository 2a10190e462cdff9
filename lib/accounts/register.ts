import { hash, timingSafeEqual } from 'node:crypto';
import { DomainError } from '../errors.ts';
import type { Caller } from '../platform/caller.ts';
import { type Clock, toIso } from '../platform/clock.ts';
import { newId } from '../platform/ids.ts';
import type { ParameterSource } from '../platform/parameters.ts';
import type { RegisteredAccount, Registration } from './account.ts';
import type { AccountStore } from './account-store.ts';
import { hashPassword } from './password.ts';

export interface RegisterDeps {
  readonly accounts: Pick<AccountStore, 'createRegistered'>;
  readonly parameters: Pick<ParameterSource, 'find'>;
  readonly bootstrapSecretParameter: string;
  readonly stage: string;
  readonly clock: Clock;
}

export interface RegisterInput extends Registration {
  readonly caller?: Caller | undefined;
  readonly bootstrapSecret?: string | undefined;
}

/**
 * Registers an account, or writes nothing. Role ADMIN requires stage `local`, an ADMIN as the caller, or the bootstrap
 * secret, which works once.
 *
 * @throws {DomainError} `forbidden`, `email_taken`, `contention`
 */
export async function register(
  { accounts, parameters, bootstrapSecretParameter, stage, clock }: RegisterDeps,
  { email, password, role, caller, bootstrapSecret }: RegisterInput,
): Promise<Pick<RegisteredAccount, 'id' | 'email' | 'role'>> {
  const spendBootstrap = role === 'ADMIN' && stage !== 'local' && caller?.role !== 'ADMIN';
  if (spendBootstrap) {
    // Fetched only when a secret is offered, so that strangers cannot spend the SSM quota.
    const secret = bootstrapSecret === undefined ? undefined : await parameters.find(bootstrapSecretParameter);
    if (!isSecret(bootstrapSecret, secret)) throw new DomainError('forbidden');
  }
  const id = newId();
  await accounts.createRegistered(
    {
      id,
      kind: 'registered',
      email,
      role,
      password_hash: await hashPassword(password),
      created_at: toIso(clock.now()),
    },
    { spendBootstrap },
  );
  return { id, email, role };
}

/** Compares in constant time; digests have the same length whatever was offered. */
function isSecret(offered: string | undefined, secret: string | undefined): boolean {
  if (offered === undefined || secret === undefined) return false;
  return timingSafeEqual(hash('sha256', offered, 'buffer'), hash('sha256', secret, 'buffer'));
}
