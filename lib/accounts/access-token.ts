import jws from 'jws';
import * as z from 'zod/mini';
import { DomainError } from '../errors.ts';
import type { Caller } from '../platform/caller.ts';
import type { Clock } from '../platform/clock.ts';
import type { ParameterSource } from '../platform/parameters.ts';
import { id } from '../platform/primitives.ts';
import type { Account } from './account.ts';
import { role } from './role.ts';
import { createTokenKeys } from './token-keys.ts';

const algorithm = 'HS256';

/** The clocks of the containers that issue and verify tokens differ slightly. */
const clockToleranceSeconds = 5;

/** A guest cannot log in again, so the token must last until the guest checks the order the next day. */
/** How long a token is valid, by the kind of its account. */
export const accessTokenSeconds: TtlSeconds = { registered: 3_600, guest: 86_400 };

type TtlSeconds = Readonly<Record<Account['kind'], number>>;

/** As in the example of RFC 6750, section 4. */
export interface TokenResponse {
  readonly access_token: string;
  readonly token_type: 'Bearer';
  readonly expires_in: number;
}

export interface AccessTokens {
  issue(account: Pick<Account, 'id' | 'kind' | 'role'>): Promise<TokenResponse>;
  /**
   * @throws {DomainError} `unauthenticated` for any invalid token, without saying why. The cause is for tests: it may
   *   contain claims
   */
  verify(token: string): Promise<Caller>;
}

/** Creates the issuer and verifier of bearer tokens: JWTs, signed with the first key and verified with any key. */
export function createAccessTokens({
  parameters,
  keysParameter,
  issuer,
  audience,
  clock,
  ttlSeconds = accessTokenSeconds,
}: {
  readonly parameters: ParameterSource;
  readonly keysParameter: string;
  readonly issuer: string;
  readonly audience: string;
  readonly clock: Clock;
  readonly ttlSeconds?: TtlSeconds;
}): AccessTokens {
  const keys = createTokenKeys(parameters, keysParameter);
  const longestTtlSeconds = Math.max(...Object.values(ttlSeconds));

  /** Exactly what `issue` writes: any other header field or claim means another issuer. */
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
      const { success, data, error } = issued.safeParse(decode(token));
      if (!success) throw new DomainError('unauthenticated', { cause: error });
      const { header, payload } = data;
      const key = await keys.find(header.kid);
      if (key === undefined || !jws.verify(token, algorithm, key)) throw new DomainError('unauthenticated');
      const now = clock.now() / 1_000;
      const expiry = Math.min(payload.exp, payload.iat + longestTtlSeconds);
      const isExpired = now >= expiry + clockToleranceSeconds;
      const isFromFuture = now < payload.iat - clockToleranceSeconds;
      if (isExpired || isFromFuture) throw new DomainError('unauthenticated');
      return { id: payload.sub, role: payload.role };
    },
  };
}

function decode(token: string): unknown {
  try {
    return jws.decode(token);
  } catch (error) {
    // The header announces JSON, and the payload is something else.
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
