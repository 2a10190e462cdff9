import { afterEach, describe, expect, it, vi } from 'vitest';
import { createCacheToken } from '../../../lib/platform/cache-token.ts';

afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllEnvs();
});

/** Made by botocore 1.35, as AWS documents it, for the same time and credentials. */
const expected =
  'sellout-prod/?Action=connect&User=sellout-prod&ResourceType=ServerlessCache&X-Amz-Algorithm=AWS4-HMAC-SHA256' +
  '&X-Amz-Credential=AKIDEXAMPLE%2F20260102%2Feu-central-1%2Felasticache%2Faws4_request&X-Amz-Date=20260102T030405Z' +
  '&X-Amz-Expires=900&X-Amz-SignedHeaders=host&X-Amz-Security-Token=session%2Ftoken%2B%3D' +
  '&X-Amz-Signature=274a5649e7454c86bafc2c6d63e756e5a4606b75ba0874a99498087c78134053';

describe('createCacheToken', () => {
  it('signs as the SDK for Python does', async () => {
    vi.useFakeTimers({ now: new Date('2026-01-02T03:04:05Z'), toFake: ['Date'] });
    vi.stubEnv('AWS_ACCESS_KEY_ID', 'AKIDEXAMPLE');
    vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'secret');
    vi.stubEnv('AWS_SESSION_TOKEN', 'session/token+=');
    vi.stubEnv('AWS_REGION', 'eu-central-1');
    const parts = (token: string) => token.split(/[?&]/).sort();
    expect(parts(await createCacheToken('sellout-prod'))).toEqual(parts(expected));
  });
});
