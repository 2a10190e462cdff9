import { hash, timingSafeEqual } from 'node:crypto';
import { DomainError } from '../errors.ts';
import type { Caller } from '../platform/caller.ts';
import { type Clock, systemClock, toIso } from '../platform/clock.ts';
import { newId } from '../platform/ids.ts';
import type { ParameterSource } from '../platform/parameters.ts';
import type { RegisteredAccount, Registration } from './account.ts';
import type { AccountStore } from './account-store.ts';
import { hashPassword } from './password.ts';

interface Dependencies {
  readonly accounts: Pick<AccountStore, 'createRegistered'>;
  readonly parameters: Pick<ParameterSource, 'find'>;
  readonly bootstrapSecretParameter: string;
  readonly stage: string;
  readonly clock?: Clock;
}

/** What a request shows of its right to make an ADMIN. */
export interface Authority {
  readonly caller?: Caller | undefined;
  readonly bootstrapSecret?: string | undefined;
}

/**
 * Makes an account, or changes nothing. An ADMIN is made only on the stage `local`, by an ADMIN, or with the
 * bootstrap secret, which works once ever; never is a USER made in its place.
 *
 * @throws {DomainError} `forbidden`, `email_taken`, `contention`
 */
export async function register(
  { accounts, parameters, bootstrapSecretParameter, stage, clock = systemClock }: Dependencies,
  { email, password, role }: Registration,
  { caller, bootstrapSecret }: Authority = {},
): Promise<Pick<RegisteredAccount, 'id' | 'email' | 'role'>> {
  const spendBootstrap = role === 'ADMIN' && stage !== 'local' && caller?.role !== 'ADMIN';
  if (spendBootstrap && !isSecret(bootstrapSecret, await findSecret())) throw new DomainError('forbidden');

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

  /** Not looked for without a need: strangers could otherwise have it read at will. */
  async function findSecret(): Promise<string | undefined> {
    return bootstrapSecret === undefined ? undefined : parameters.find(bootstrapSecretParameter);
  }
}

/** In constant time: digests are of one length whatever was offered. */
function isSecret(offered: string | undefined, secret: string | undefined): boolean {
  if (offered === undefined || secret === undefined) return false;
  return timingSafeEqual(hash('sha256', offered, 'buffer'), hash('sha256', secret, 'buffer'));
}
