import { createSecretKey, type KeyObject } from 'node:crypto';
import * as z from 'zod/mini';
import { parseJson } from '../platform/json.ts';
import type { ParameterSource } from '../platform/parameters.ts';

/** HS256 requires a key at least as long as its hash (RFC 7518, section 3.2). */
const minKeyBytes = 32;

const secretKey = z.pipe(
  z.base64url().check(
    z.refine((k) => Buffer.byteLength(k, 'base64url') >= minKeyBytes, {
      error: `has fewer than ${minKeyBytes} bytes`,
    }),
  ),
  // Given bytes, Node.js would create a key object for each token, which takes six times as long as the HMAC.
  z.transform((k) => createSecretKey(k, 'base64url')),
);

/** Printable ASCII: `jws` reads the header of a token as Latin-1. */
const kid = z.string().check(z.regex(/^[\x21-\x7e]+$/));

const keyRing = z.object({
  keys: z.array(z.object({ kid, k: secretKey })).check(
    z.minLength(1),
    z.refine((keys) => new Set(keys.map(({ kid }) => kid)).size === keys.length, {
      error: 'has a kid twice',
    }),
  ),
});

export interface TokenKeys {
  /** Returns the first key, which signs, fetched at most once a minute. */
  current(): Promise<{ readonly kid: string; readonly key: KeyObject }>;
  /** Returns a key by its id. For an unknown id it fetches the parameter, at most once a minute. */
  find(kid: string): Promise<KeyObject | undefined>;
}

/**
 * Reads token keys from a parameter: `{"keys": [{"kid", "k": base64url}]}`.
 *
 * Rotation needs no deployment: append a new key, put it first two minutes later, and remove the old key when its last
 * token has expired. To revoke a leaked key at once, also redeploy: containers cache the keys.
 */
export function createTokenKeys(parameters: ParameterSource, parameter: string): TokenKeys {
  let cached: { readonly json: string; readonly ring: z.infer<typeof keyRing> } | undefined;

  /** Each request verifies a token, so the value is parsed only when it changes. */
  function parse(json: string): z.infer<typeof keyRing>['keys'] {
    if (cached?.json !== json) {
      const value = parseJson(json);
      if (value === undefined) throw new Error(`Parameter ${parameter} is not JSON`);
      cached = { json, ring: keyRing.parse(value) };
    }
    return cached.ring.keys;
  }

  const keyOf = (json: string, kid: string): KeyObject | undefined => parse(json).find((key) => key.kid === kid)?.k;

  return {
    async current() {
      // If the fetch fails, sign with the cached key, so that logins still work.
      const json = await parameters.refetch(parameter).catch(() => parameters.get(parameter));
      const [first] = parse(json);
      if (first === undefined) throw new Error(`Parameter ${parameter} has no key`);
      return { kid: first.kid, key: first.k };
    },
    async find(kid) {
      return keyOf(await parameters.get(parameter), kid) ?? keyOf(await parameters.refetch(parameter), kid);
    },
  };
}
