import { argon2Sync } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { hashPassword, unmatchableHash, verifyPassword } from '../../../lib/accounts/password.ts';

/** A hash with other parameters, as from an earlier release. */
function olderHash(password: string): string {
  const nonce = Buffer.from('0123456789abcdef');
  const tag = argon2Sync('argon2id', {
    message: password,
    nonce,
    memory: 64,
    passes: 3,
    parallelism: 2,
    tagLength: 16,
  });
  const unpadded = (bytes: Buffer) => bytes.toString('base64').replaceAll('=', '');
  return `$argon2id$v=19$m=64,t=3,p=2$${unpadded(nonce)}$${unpadded(tag)}`;
}

describe('hashPassword and verifyPassword', () => {
  it('match the same password only', async () => {
    const stored = await hashPassword('correct horse');
    expect(await verifyPassword('correct horse', stored)).toBe(true);
    expect(await verifyPassword('correct horsf', stored)).toBe(false);
    expect(await verifyPassword('', stored)).toBe(false);
  });

  it('create a PHC string with the OWASP parameters and a new salt', async () => {
    const [one, other] = await Promise.all([hashPassword('same'), hashPassword('same')]);
    expect(one).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$[A-Za-z0-9+/]{22}\$[A-Za-z0-9+/]{43}$/);
    expect(one).not.toBe(other);
  });

  it('match composed and decomposed characters', async () => {
    const composed = 'caf\u00e9 au lait';
    const decomposed = 'cafe\u0301 au lait';
    expect(await verifyPassword(decomposed, await hashPassword(composed))).toBe(true);
  });

  it('use the parameters of the stored hash', async () => {
    const stored = olderHash('from long ago');
    expect(await verifyPassword('from long ago', stored)).toBe(true);
    expect(await verifyPassword('from long agp', stored)).toBe(false);
  });

  it.each(['', 'plain text', '$argon2i$v=19$m=64,t=3,p=2$c2FsdA$dGFn', '$argon2id$v=16$m=64,t=3,p=2$c2FsdA$dGFn'])(
    'throw for the malformed hash %j',
    async (stored) => {
      await expect(verifyPassword('plain text', stored)).rejects.toThrow('Malformed password hash');
    },
  );
});

describe('unmatchableHash', () => {
  it('has the format of a real hash and matches no password', async () => {
    const format = (stored: string) => stored.split('$').map((part, index) => (index < 4 ? part : part.length));
    expect(format(unmatchableHash())).toEqual(format(await hashPassword('anything')));
    expect(await verifyPassword('anything', unmatchableHash())).toBe(false);
  });
});
