import jws from 'jws';
import * as z from 'zod/mini';
import { DomainError } from '../errors.ts';
import type { Caller } from '../platform/caller.ts';
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
  const longestTtlSeconds = Math.max(...Object.values(ttlSeconds));

  /** No more and no less than `issue` writes: there is no other issuer, so what looks different is not ours. */
  const issued = z.object({
    header: z.strictObject({ alg: z.literal(algorithm), kid: z.string(), typ: z.literal('JWT') }),
    payload: z.strictObject({
      sub: id,
      role,
      iss: z.literal(issuer),
      aud: z.literal(audience),
      iat: z.int(),
      exp: z.int(),
    }),
  });

  return {
    async issue({ id, kind, role }) {
      const { kid, key } = await keys.current();
      const iat = Math.floor(clock.now() / 1_000);
      const access_token = jws.sign({
        header: { alg: algorithm, kid, typ: 'JWT' },
        payload: { sub: id, role, iss: issuer, aud: audience, iat, exp: iat + ttlSeconds[kind] },
        secret: key,
      });
      return { access_token, token_type: 'Bearer', expires_in: ttlSeconds[kind] };
    },
    async verify(token) {
      const { success, data, error } = issued.safeParse(read(token));
      if (!success) throw new DomainError('unauthenticated', { cause: error });
      const { header, payload } = data;
      const key = await keys.find(header.kid);
      if (key === undefined || !jws.verify(token, algorithm, key)) throw new DomainError('unauthenticated');
      const now = clock.now() / 1_000;
      const end = Math.min(payload.exp, payload.iat + longestTtlSeconds);
      const isOver = now >= end + clockToleranceSeconds;
      const isEarly = now < payload.iat - clockToleranceSeconds;
      if (isOver || isEarly) throw new DomainError('unauthenticated');
      return { id: payload.sub, role: payload.role };
    },
  };
}

function read(token: string): unknown {
  try {
    return jws.decode(token);
  } catch (error) {
    // The header promised JSON.
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
