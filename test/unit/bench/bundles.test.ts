import { build } from 'esbuild';
import { describe, expect, it } from 'vitest';
import plugins from '../../../lib/bundling/plugins.ts';
import { bundleOf, clientAlone } from '../../bench/bundles.ts';

const kilobytes = (text: string): number => Buffer.byteLength(text) / 1_000;

// V8 reads every byte before a function can answer, so size is most of what an import takes. The bounds are a few
// percent above what was measured: who needs more raises them, and docs/benchmarks.md says what it costs.
describe.each([
  ['health', 300],
  ['getProduct', 530],
  ['submitOrder', 505],
  ['checkout', 535],
])('the bundle of %s', async (name, maxKilobytes) => {
  const { text, files, required } = await bundleOf(name);

  it(`has at most ${maxKilobytes} kB`, () => {
    expect(kilobytes(text)).toBeLessThan(maxKilobytes);
  });

  it('has no way to credentials but the environment', () => {
    const ways =
      /credential-provider-(http|imds|ini|login|process|sso|web-identity)|nested-clients|token-providers/;
    expect(files.filter((file) => ways.test(file))).toEqual([]);
  });

  it('loads no compression before there is something to compress', () => {
    expect(required).toContain('node:https');
    expect(required).not.toContain('node:zlib');
  });
});

it('has nothing of tokens in a function that looks at none', async () => {
  const ofTokens = /node_modules\/(jws|@aws-sdk\/client-ssm)\//;
  expect((await bundleOf('getProduct')).files.filter((file) => ofTokens.test(file))).toEqual([]);
  expect((await bundleOf('getOrder')).files.filter((file) => ofTokens.test(file))).not.toEqual([]);
});

it.each(['checkout', 'getProduct'])('holds as text what %s seldom imports', async (name) => {
  const { files, text } = await bundleOf(name);
  const seldom = files.filter((file) => /node_modules\/(iovalkey|@iovalkey|ipaddr\.js)\//.test(file));
  expect(seldom).toHaveLength(2);
  expect(seldom.filter((file) => !file.startsWith('late:'))).toEqual([]);
  // Stack traces name it.
  expect(text.includes('filename:"iovalkey.cjs"')).toBe(true);
});

it.each([
  ['all packages stay outside', { packages: 'external' }],
  ['that package stays outside', { external: ['iovalkey'] }],
] as const)('leaves a late package alone where %s', async (_, options) => {
  const stdin = { contents: "export { Redis } from 'iovalkey';", resolveDir: import.meta.dirname };
  const bundle = { stdin, bundle: true, format: 'cjs', platform: 'node', write: false, plugins } as const;
  const [file] = (
    await build({ ...bundle, ...options, external: [...('external' in options ? options.external : [])] })
  ).outputFiles;
  expect(file?.text).toContain('require("iovalkey")');
});

it('has the client of SSM without its hundred errors', async () => {
  const { files } = await bundleOf('getOrder');
  expect(files.filter((file) => /client-ssm\/.*\/errors\.js$/.test(file))).toEqual([]);
  expect(files.filter((file) => /client-ssm\/.*\/GetParameterCommand\.js$/.test(file))).toHaveLength(1);
});

it('is compared with a client that comes with all its ways to credentials', async () => {
  const { text, files } = await clientAlone();
  expect(files.some((file) => file.includes('credential-provider-ini'))).toBe(true);
  expect(kilobytes(text)).toBeLessThan(340);
});
