import { createHmac } from 'node:crypto';
import { inject } from 'vitest';

interface Forgery {
  readonly [claim: string]: unknown;
}

interface Signing {
  /** Over the header that the service writes; undefined takes a field out. */
  readonly header?: Readonly<Record<string, unknown>>;
  /** In base64url; the service's own if left out. */
  readonly key?: string;
  /** Of the HMAC, whatever the header says. */
  readonly hash?: 'sha256' | 'sha512';
}

const part = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');

/**
 * A token as the service at stage `local` makes it, with its real key, but for what is overridden; undefined
 * takes a claim out. Signed by hand, because a library refuses to make most of what an attacker sends.
 */
export function forgeToken(claims: Forgery, { header = {}, key, hash = 'sha256' }: Signing = {}): string {
  const [own] = inject('tokenKeys').keys;
  if (own === undefined) throw new Error('the service has no key');
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
