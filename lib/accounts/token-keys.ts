import { createSecretKey, type KeyObject } from 'node:crypto';
import * as z from 'zod/mini';
import type { ParameterSource } from '../platform/parameters.ts';

/** HS256 wants a key no shorter than its hash (RFC 7518, section 3.2). */
const minKeyBytes = 32;

const secretKey = z.pipe(
  z.base64url().check(
    z.refine((k) => Buffer.byteLength(k, 'base64url') >= minKeyBytes, {
      error: `holds fewer than ${minKeyBytes} bytes`,
    }),
  ),
  // From bytes Node.js would make a key for each token, which takes six times as long as the HMAC.
  z.transform((k) => createSecretKey(k, 'base64url')),
);

/** Printable ASCII: `jws` reads the header of a token as Latin-1. */
const kid = z.string().check(z.regex(/^[\x21-\x7e]+$/));

const keyRing = z.object({
  keys: z.array(z.object({ kid, k: secretKey })).check(
    z.minLength(1),
    z.refine((keys) => new Set(keys.map(({ kid }) => kid)).size === keys.length, {
      error: 'names a kid twice',
    }),
  ),
});

export interface TokenKeys {
  /** The key that signs: the first, at most a minute old. */
  current(): Promise<{ readonly kid: string; readonly key: KeyObject }>;
  /** The key of that id; one that is not known costs a look at the parameter, at most once a minute. */
  find(kid: string): Promise<KeyObject | undefined>;
}

/**
 * The keys in a parameter that holds `{"keys": [{"kid", "k": base64url}]}`. To rotate without a deployment,
 * add a new key behind the old one, two minutes later put it first, and take the old one out when its last
 * token has expired.
 * Containers keep the keys they know, so a key that leaked is revoked at once only by a deployment.
 */
export function createTokenKeys(parameters: ParameterSource, parameter: string): TokenKeys {
  let known: { readonly json: string; readonly ring: z.infer<typeof keyRing> } | undefined;

  /** A token is verified with each request, so the keys are made once for each new value. */
  function read(json: string): z.infer<typeof keyRing>['keys'] {
    if (known?.json !== json) known = { json, ring: keyRing.parse(parseJson(json)) };
    return known.ring.keys;
  }

  const keyOf = (json: string, kid: string): KeyObject | undefined =>
    read(json).find((key) => key.kid === kid)?.k;

  return {
    async current() {
      // What cannot be asked for anew must not keep people from logging in.
      const json = await parameters.refetch(parameter).catch(() => parameters.get(parameter));
      const [first] = read(json);
      if (first === undefined) throw new Error('There is no key to sign with');
      return { kid: first.kid, key: first.k };
    },
    async find(kid) {
      return keyOf(await parameters.get(parameter), kid) ?? keyOf(await parameters.refetch(parameter), kid);
    },
  };
}

/** JSON.parse quotes its input in what it throws, and this input must not reach a log. */
function parseJson(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    throw new Error('The parameter with the token keys does not hold JSON');
  }
}
