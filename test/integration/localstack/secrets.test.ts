import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { storedSecrets } from '../../../localstack/secrets.ts';

describe('storedSecrets', () => {
  it('returns the same secrets again from a file that only its owner can read', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'secrets-'));
    try {
      const first = await storedSecrets('local', directory);
      expect(await storedSecrets('local', directory)).toEqual(first);
      expect(await storedSecrets('dev', directory)).not.toEqual(first);
      const { mode } = await stat(join(directory, 'secrets-local.json'));
      expect(mode & 0o777).toBe(0o600);
    } finally {
      await rm(directory, { recursive: true });
    }
  });
});
