import { errors, type JWTHeaderParameters, jwtVerify, SignJWT } from 'jose';
import * as z from 'zod/mini';
import { DomainError } from '../errors.ts';
import { type Clock, systemClock } from '../platform/clock.ts';
import type { ParameterSource } from '../platform/parameters.ts';
import { id } from '../platform/primitives.ts';
import type { Account } from './account.ts';
import { role } from './role.ts';
import { createTokenKeys } from './token-keys.ts';

const algorithm = 'HS256';

/** Tokens are made and read by containers whose clocks differ a little. */
const clockToleranceSeconds = 5;

/**
 * A registered customer can log in again. A guest has nothing to log in with, so the token is the account:
 * it has to outlive a shopping trip and the look at the order the day after, but not to be forever.
 */
const defaultTtlSeconds: TtlSeconds = { registered: 3_600, guest: 86_400 };

type TtlSeconds = Readonly<Record<Account['kind'], number>>;

/** Who makes a request. */
const caller = z.object({ id, role });
export type Caller = z.infer<typeof caller>;

/** What RFC 6750, section 4, has a token endpoint answer. */
export interface TokenReply {
  readonly access_token: string;
  readonly token_type: 'Bearer';
  readonly expires_in: number;
}

export interface AccessTokens {
  issue(account: Pick<Account, 'id' | 'kind' | 'role'>): Promise<TokenReply>;
  /**
   * @throws {DomainError} `unauthenticated` for any token that is not valid, never saying why; its cause
   *   is for tests and holds claims
   */
  verify(token: string): Promise<Caller>;
}

/** Bearer tokens: JWTs with one algorithm, signed with the first of the keys and verified with any. */
export function createAccessTokens({
  parameters,
  keysParameter,
  issuer,
  audience,
  clock = systemClock,
  ttlSeconds = defaultTtlSeconds,
}: {
  readonly parameters: ParameterSource;
  readonly keysParameter: string;
  readonly issuer: string;
  readonly audience: string;
  readonly clock?: Clock;
  readonly ttlSeconds?: TtlSeconds;
}): AccessTokens {
  const keys = createTokenKeys(parameters, keysParameter);

  async function findKey({ kid }: JWTHeaderParameters) {
    const key = kid === undefined ? undefined : await keys.find(kid);
    if (key === undefined) throw new DomainError('unauthenticated');
    return key;
  }

  return {
    async issue({ id, kind, role }) {
      const { kid, key } = await keys.current();
      const issuedAt = Math.floor(clock.now() / 1_000);
      const access_token = await new SignJWT({ role })
        .setProtectedHeader({ alg: algorithm, kid, typ: 'JWT' })
        .setSubject(id)
        .setIssuer(issuer)
        .setAudience(audience)
        .setIssuedAt(issuedAt)
        .setExpirationTime(issuedAt + ttlSeconds[kind])
        .sign(key);
      return { access_token, token_type: 'Bearer', expires_in: ttlSeconds[kind] };
    },
    async verify(token) {
      try {
        const { payload } = await jwtVerify(token, findKey, {
          algorithms: [algorithm],
          issuer,
          audience,
          requiredClaims: ['exp'],
          // Also what makes jose look at `iat`: it must be there and not in the future.
          maxTokenAge: Math.max(...Object.values(ttlSeconds)),
          clockTolerance: clockToleranceSeconds,
          currentDate: new Date(clock.now()),
        });
        const claims = caller.safeParse({ id: payload.sub, role: payload['role'] });
        if (claims.success) return claims.data;
        throw new DomainError('unauthenticated', { cause: claims.error });
      } catch (error) {
        if (error instanceof errors.JOSEError) throw new DomainError('unauthenticated', { cause: error });
        throw error;
      }
    },
  };
}
