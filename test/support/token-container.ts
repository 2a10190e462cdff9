import { SignJWT } from 'jose';
import { createAccessTokens } from '../../lib/accounts/access-token.ts';
import { createParameters } from '../../lib/platform/parameters.ts';

export const bytesOf = (letter: string) => new Uint8Array(32).fill(letter.charCodeAt(0));
const keyOf = (kid: string) => ({ kid, k: Buffer.from(bytesOf(kid)).toString('base64url') });
export const ring = (...kids: string[]) => JSON.stringify({ keys: kids.map(keyOf) });

export const issuer = 'https://shop.example';
export const audience = 'shop';
export const admin = {
  id: '01890a5d-ac96-774b-bcce-b302099a8057',
  kind: 'registered',
  role: 'ADMIN',
} as const;

/** A container that has just started, with a parameter and a clock that the test changes. */
export function container({ parameter = ring('a') } = {}) {
  const world = { parameter, now: Date.parse('2025-12-12T00:00:00Z'), fetches: 0, down: false };
  const clock = { now: () => world.now };
  const fetchParameter = async () => {
    world.fetches += 1;
    if (world.down) throw new Error('no answer');
    return world.parameter;
  };
  const parameters = createParameters({ fetchParameter, clock });
  const tokens = createAccessTokens({ parameters, keysParameter: '/keys', issuer, audience, clock });
  return { world, tokens, seconds: () => Math.floor(world.now / 1_000) };
}

/** Signs a valid token with the test's overrides; undefined removes a claim. */
export function forge(
  issuedAt: number,
  { claims = {}, header = {}, key = 'a' }: { claims?: object; header?: object; key?: string } = {},
) {
  const payload = {
    sub: admin.id,
    role: 'ADMIN',
    iss: issuer,
    aud: audience,
    iat: issuedAt,
    exp: issuedAt + 60,
    ...claims,
  };
  return new SignJWT(payload)
    .setProtectedHeader({ alg: 'HS256', kid: 'a', typ: 'JWT', ...header })
    .sign(bytesOf(key));
}

export const unauthenticated = { name: 'DomainError', code: 'unauthenticated', message: 'unauthenticated' };
