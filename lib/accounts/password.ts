import { argon2, randomBytes, timingSafeEqual } from 'node:crypto';
import { promisify } from 'node:util';

const derive = promisify(argon2);

/**
 * One of the equivalent minimum configurations of argon2id in OWASP's Password Storage Cheat Sheet; memory in KiB.
 *
 * @see https://cheatsheetseries.owasp.org/cheatsheets/Password_Storage_Cheat_Sheet.html
 */
const parameters = { memory: 19_456, passes: 2, parallelism: 1 };
const version = 19;
const saltBytes = 16;
const tagBytes = 32;

/** The PHC string format for argon2id, in base64 without padding. */
const phc = /^\$argon2id\$v=19\$m=(\d+),t=(\d+),p=(\d+)\$([A-Za-z0-9+/]+)\$([A-Za-z0-9+/]+)$/;

/** Hashes with a random salt. The hash contains its parameters, so they can be raised later. */
export async function hashPassword(password: string): Promise<string> {
  const salt = randomBytes(saltBytes);
  return format(salt, await argon2id(password, salt, tagBytes, parameters));
}

/**
 * Compares in constant time, using the parameters of the stored hash.
 *
 * @throws if `stored` is not from `hashPassword`
 */
export async function verifyPassword(password: string, stored: string): Promise<boolean> {
  const { salt, tag, ...cost } = parse(stored);
  return timingSafeEqual(tag, await argon2id(password, salt, tag.length, cost));
}

/** Creates a hash that no password matches and that takes as long to verify as any other. */
export const unmatchableHash = (): string => format(randomBytes(saltBytes), randomBytes(tagBytes));

type Cost = typeof parameters;

/**
 * NFKC makes a password independent of the keyboard that composed it: "é" is one code point or two. NIST SP 800-63B,
 * 5.1.1.2, requires NFKC or NFKD.
 */
const argon2id = (password: string, nonce: Buffer, tagLength: number, cost: Cost): Promise<Buffer> =>
  derive('argon2id', { ...cost, nonce, tagLength, message: password.normalize('NFKC') });

const unpadded = (bytes: Buffer): string => bytes.toString('base64').replaceAll('=', '');

const format = (salt: Buffer, tag: Buffer): string =>
  `$argon2id$v=${version}$m=${parameters.memory},t=${parameters.passes},p=${parameters.parallelism}` +
  `$${unpadded(salt)}$${unpadded(tag)}`;

function parse(stored: string): Cost & { readonly salt: Buffer; readonly tag: Buffer } {
  const [, memory, passes, parallelism, salt, tag] = phc.exec(stored) ?? [];
  if (salt === undefined || tag === undefined) throw new Error('Malformed password hash in the accounts table');
  return {
    memory: Number(memory),
    passes: Number(passes),
    parallelism: Number(parallelism),
    salt: Buffer.from(salt, 'base64'),
    tag: Buffer.from(tag, 'base64'),
  };
}
