import { describe, expect, it } from 'vitest';
import { bundleOf, clientAlone } from '../../bench/bundles.ts';

const kilobytes = (text: string): number => Buffer.byteLength(text) / 1_000;

// V8 reads every byte of a bundle before the function can respond, so size decides most of the import time. The
// bounds are a few percent above the measured sizes.
describe.each([
  ['health', 300],
  ['getProduct', 410],
  ['submitOrder', 450],
  ['checkout', 480],
])('bundle of %s', async (name, maxKilobytes) => {
  const { text, files, required } = await bundleOf(name);

  it(`has at most ${maxKilobytes} kB`, () => {
    expect(kilobytes(text)).toBeLessThan(maxKilobytes);
  });

  it('reads credentials from the environment only', () => {
    const otherProviders =
      /credential-provider-(http|imds|ini|login|process|sso|web-identity)|nested-clients|token-providers/;
    expect(files.filter((file) => otherProviders.test(file))).toEqual([]);
  });

  it('loads compression at the first response that needs it', () => {
    expect(required).toContain('node:https');
    expect(required).not.toContain('node:zlib');
  });

  it('leaves out the Redis client', () => {
    expect(files.filter((file) => /node_modules\/@?iovalkey\//.test(file))).toEqual([]);
  });
});

describe('bundle without access tokens', () => {
  it('contains neither jws nor the SSM client', async () => {
    const ofTokens = /node_modules\/(jws|@aws-sdk\/client-ssm)\//;
    expect((await bundleOf('getProduct')).files.filter((file) => ofTokens.test(file))).toEqual([]);
    expect((await bundleOf('getOrder')).files.filter((file) => ofTokens.test(file))).not.toEqual([]);
  });
});

describe('baseline bundle', () => {
  it('contains the DynamoDB client with all credential providers', async () => {
    const { text, files } = await clientAlone();
    expect(files.some((file) => file.includes('credential-provider-ini'))).toBe(true);
    expect(kilobytes(text)).toBeLessThan(340);
  });
});
