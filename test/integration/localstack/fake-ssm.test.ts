import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  GetParameterCommand,
  ParameterAlreadyExists,
  ParameterNotFound,
  PutParameterCommand,
  SSMClient,
} from '@aws-sdk/client-ssm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type FakeSsm, startFakeSsm } from '../../../localstack/fake-ssm.ts';
import { storedSecrets } from '../../../localstack/secrets.ts';

describe('startFakeSsm', () => {
  let store: FakeSsm;
  let client: SSMClient;
  beforeAll(async () => {
    store = await startFakeSsm(new Map([['/sellout/local/bootstrap-secret', 'open sesame']]));
    client = new SSMClient({
      endpoint: store.endpoint,
      region: 'eu-central-1',
      credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
    });
  });
  afterAll(async () => {
    client.destroy();
    await store.stop();
  });
  const get = (Name: string, WithDecryption: boolean) => client.send(new GetParameterCommand({ Name, WithDecryption }));

  it('returns a value to the SSM client', async () => {
    const { Parameter } = await get('/sellout/local/bootstrap-secret', true);
    expect(Parameter).toMatchObject({ Type: 'SecureString', Value: 'open sesame' });
  });

  it('returns no secret without WithDecryption', async () => {
    const { Parameter } = await get('/sellout/local/bootstrap-secret', false);
    expect(Parameter?.Value).not.toContain('sesame');
  });

  it('stores a parameter and overwrites it only with Overwrite', async () => {
    const put = (Value: string, Overwrite?: boolean) =>
      client.send(new PutParameterCommand({ Name: '/new', Value, Type: 'SecureString', Overwrite }));
    await put('one');
    await expect(put('two')).rejects.toBeInstanceOf(ParameterAlreadyExists);
    await put('three', true);
    expect((await get('/new', true)).Parameter?.Value).toBe('three');
  });

  it('fails with ParameterNotFound like AWS', async () => {
    await expect(get('/sellout/local/none', true)).rejects.toBeInstanceOf(ParameterNotFound);
  });
});

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
