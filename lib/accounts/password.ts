import { argon2, randomBytes, timingSafeEqual } from 'node:crypto';
import { promisify } from 'node:util';

const derive = promisify(argon2);

/**
 * The second of the equivalent minimum settings for argon2id; memory in KiB.
 *
 * @see OWASP, Password Storage Cheat Sheet
 */
const parameters = { memory: 19_456, passes: 2, parallelism: 1 };
const version = 19;
const saltBytes = 16;
const tagBytes = 32;

/** The PHC string format for argon2id, with base64 that is not padded. */
const phc = /^\$argon2id\$v=19\$m=(\d+),t=(\d+),p=(\d+)\$([A-Za-z0-9+/]+)\$([A-Za-z0-9+/]+)$/;

/** A new random salt each time. The result names its own parameters, so they can be raised later. */
export async function hashPassword(password: string): Promise<string> {
  const salt = randomBytes(saltBytes);
  return format(salt, await argon2id(password, salt, tagBytes, parameters));
}

/**
 * Compares in constant time, with the parameters that the hash was made with.
 *
 * @param stored a hash made by `hashPassword`; anything else is a defect and throws
 */
export async function verifyPassword(password: string, stored: string): Promise<boolean> {
  const { salt, tag, ...cost } = parse(stored);
  return timingSafeEqual(tag, await argon2id(password, salt, tag.length, cost));
}

/** A hash that costs the same to verify as a new one and that no password has. */
export const unmatchableHash = (): string => format(randomBytes(saltBytes), randomBytes(tagBytes));

type Cost = typeof parameters;

/**
 * NFKC makes a password the same whichever keyboard composed it ("é" is one code point or two). NIST
 * SP 800-63B, 5.1.1.2, asks for NFKC or NFKD; both fold the same characters.
 */
const argon2id = (password: string, nonce: Buffer, tagLength: number, cost: Cost): Promise<Buffer> =>
  derive('argon2id', { ...cost, nonce, tagLength, message: password.normalize('NFKC') });

const unpadded = (bytes: Buffer): string => bytes.toString('base64').replaceAll('=', '');

const format = (salt: Buffer, tag: Buffer): string =>
  `$argon2id$v=${version}$m=${parameters.memory},t=${parameters.passes},p=${parameters.parallelism}` +
  `$${unpadded(salt)}$${unpadded(tag)}`;

function parse(stored: string): Cost & { readonly salt: Buffer; readonly tag: Buffer } {
  const [, memory, passes, parallelism, salt, tag] = phc.exec(stored) ?? [];
  if (salt === undefined || tag === undefined) throw new Error('A stored password hash is malformed');
  return {
    memory: Number(memory),
    passes: Number(passes),
    parallelism: Number(parallelism),
    salt: Buffer.from(salt, 'base64'),
    tag: Buffer.from(tag, 'base64'),
  };
}
