import { argon2Sync } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { hashPassword, unmatchableHash, verifyPassword } from '../../../lib/accounts/password.ts';

/** Cheaper and of another shape than today's, as a hash of an earlier release would be. */
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

describe('password hash', () => {
  it('matches its own password only', async () => {
    const stored = await hashPassword('correct horse');
    expect(await verifyPassword('correct horse', stored)).toBe(true);
    expect(await verifyPassword('correct horsf', stored)).toBe(false);
    expect(await verifyPassword('', stored)).toBe(false);
  });

  it('is a PHC string with the OWASP parameters and a salt of its own', async () => {
    const [one, other] = await Promise.all([hashPassword('same'), hashPassword('same')]);
    expect(one).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$[A-Za-z0-9+/]{22}\$[A-Za-z0-9+/]{43}$/);
    expect(one).not.toBe(other);
  });

  it('takes the same password from another keyboard', async () => {
    const composed = 'caf\u00e9 au lait';
    const decomposed = 'cafe\u0301 au lait';
    expect(await verifyPassword(decomposed, await hashPassword(composed))).toBe(true);
  });

  it('is verified with the parameters it names', async () => {
    const stored = olderHash('from long ago');
    expect(await verifyPassword('from long ago', stored)).toBe(true);
    expect(await verifyPassword('from long agp', stored)).toBe(false);
  });

  it.each([
    '',
    'plain text',
    '$argon2i$v=19$m=64,t=3,p=2$c2FsdA$dGFn',
    '$argon2id$v=16$m=64,t=3,p=2$c2FsdA$dGFn',
  ])('is a defect when stored as %j, never a match', async (stored) => {
    await expect(verifyPassword('plain text', stored)).rejects.toThrow('Malformed password hash');
  });

  it('that nothing matches has the shape of a real one', async () => {
    const shape = (stored: string) =>
      stored.split('$').map((part, index) => (index < 4 ? part : part.length));
    expect(shape(unmatchableHash())).toEqual(shape(await hashPassword('anything')));
    expect(await verifyPassword('anything', unmatchableHash())).toBe(false);
  });
});
