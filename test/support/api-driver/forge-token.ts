import { createHmac } from 'node:crypto';
import { inject } from 'vitest';

interface Forgery {
  readonly [claim: string]: unknown;
}

interface Signing {
  /** Fields that override the header that the service writes; undefined removes a field. */
  readonly header?: Readonly<Record<string, unknown>>;
  /** Base64url; defaults to the key of the service. */
  readonly key?: string;
  /** Hash of the HMAC, independent of the header. */
  readonly hash?: 'sha256' | 'sha512';
}

const part = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');

/**
 * Returns a token of the service at stage `local`, signed with its real key, with some claims overridden;
 * undefined removes a claim. Signed by hand, because JWT libraries reject most of what an attacker sends.
 */
export function forgeToken(claims: Forgery, { header = {}, key, hash = 'sha256' }: Signing = {}): string {
  const [own] = inject('tokenKeys').keys;
  if (own === undefined) throw new Error('The service has no token key');
  const now = Math.floor(Date.now() / 1_000);
  const content = [
    part({ alg: 'HS256', kid: own.kid, typ: 'JWT', ...header }),
    part({
      role: 'USER',
      iss: 'sellout/local',
      aud: 'sellout/local/api',
      iat: now,
      exp: now + 3_600,
      ...claims,
    }),
  ].join('.');
  const signature = createHmac(hash, Buffer.from(key ?? own.k, 'base64url'))
    .update(content)
    .digest('base64url');
  return `${content}.${signature}`;
}
