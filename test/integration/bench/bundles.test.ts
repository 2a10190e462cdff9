import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { Redis } from 'iovalkey';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { startFakeSsm } from '../../../localstack/fake-ssm.ts';
import { newSecrets } from '../../../localstack/secrets.ts';
import { bundleOf } from '../../bench/bundles.ts';
import { freshTables } from '../../support/database/tables.ts';
import { contextOf, eventOf } from '../../support/fixtures/domain-builders.ts';
import { environment } from '../../support/services/environment.ts';
import { startRedis, whyNoRedis } from '../../support/services/redis.ts';
import { startRedisCluster } from '../../support/services/redis-cluster.ts';

const run = promisify(execFile);

/** Loads a bundle as Lambda does and prints its response. */
const invoke = `
const [file, event, context] = process.argv.slice(1);
require(file).handler(JSON.parse(event), JSON.parse(context)).then((response) => {
  process.stdout.write(JSON.stringify(response), () => process.exit());
});`;

let directory: string;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'sellout-bundles-'));
  // The package that a deployment ships as files, and no other.
  const packages = join(directory, 'node_modules');
  await mkdir(packages);
  await symlink(dirname(createRequire(import.meta.url).resolve('iovalkey/package.json')), join(packages, 'iovalkey'));
});
afterAll(() => rm(directory, { recursive: true }));

async function replyOf(
  name: string,
  environmentOfLambda: Record<string, string>,
  request: Parameters<typeof eventOf>[0] = { pathParameters: { product_id: crypto.randomUUID() } },
) {
  const { prefix } = await freshTables();
  const file = join(directory, `${name}.cjs`);
  await writeFile(file, (await bundleOf(name)).text);
  const env = {
    ...environment,
    TABLE_PREFIX: prefix,
    AWS_REGION: 'eu-central-1',
    AWS_ENDPOINT_URL_DYNAMODB: inject('dynamodbEndpoint'),
    ...environmentOfLambda,
  };
  const args = ['-e', invoke, file, JSON.stringify(eventOf(request)), JSON.stringify(contextOf())];
  const { stdout } = await run(process.execPath, args, { env, cwd: directory });
  return JSON.parse(stdout.slice(stdout.lastIndexOf('{"statusCode"')));
}

const credentials = { AWS_ACCESS_KEY_ID: 'local', AWS_SECRET_ACCESS_KEY: 'local' };

const json = { 'content-type': 'application/json' };

async function withParameters<T>(values: Map<string, string>, use: (env: object) => Promise<T>): Promise<T> {
  const store = await startFakeSsm(values);
  try {
    return await use({ ...credentials, AWS_ENDPOINT_URL_SSM: store.endpoint });
  } finally {
    await store.stop();
  }
}

describe('deployed bundle', () => {
  it.each([
    ['health', 200],
    ['getProduct', 404],
  ])('of %s reaches the database with the credentials in its environment', async (name, status) => {
    expect(await replyOf(name, credentials)).toMatchObject({ statusCode: status });
  });

  it('has no other source of credentials', async () => {
    expect(await replyOf('health', {})).toMatchObject({ statusCode: 500 });
  });

  it.skipIf(whyNoRedis)('loads the Redis client when CACHE_URL is set', async () => {
    const redis = await startRedis();
    const client = new Redis(redis.url);
    try {
      const request = { headers: json, body: JSON.stringify({ username: 'g' }) };
      const keys = new Map([['/test/token-keys', JSON.stringify(newSecrets().tokenKeys)]]);
      const addCustomer = (env: object) => replyOf('addCustomer', { ...env, CACHE_URL: redis.url }, request);
      expect(await withParameters(keys, addCustomer)).toMatchObject({ statusCode: 201 });
      expect(await client.keys('*')).toEqual([expect.stringContaining(':guests-per-address:')]);
      await replyOf('listProducts', { ...credentials, CACHE_URL: redis.url }, {});
      expect(await client.keys('*:page:*')).toHaveLength(1);
    } finally {
      client.disconnect();
      await redis.stop();
    }
  });

  it.skipIf(whyNoRedis)('signs in to a cluster over TLS with an IAM token', async () => {
    const cluster = await startRedisCluster('sellout-test', 'on ~* +@all');
    try {
      // Accepts every token: only ElastiCache can verify one.
      await cluster.setPassword(undefined);
      const certificate = join(directory, 'ca.pem');
      await writeFile(certificate, cluster.certificate);
      const environmentOfLambda = { ...credentials, CACHE_URL: cluster.url, NODE_EXTRA_CA_CERTS: certificate };
      const cachedPages = async () => {
        expect(await replyOf('listProducts', environmentOfLambda, {})).toMatchObject({ statusCode: 200 });
        return cluster.admin.keys('*:page:*');
      };
      // On a busy machine, a handshake takes longer than a container waits for the cache. The next container tries again.
      await expect.poll(cachedPages, { timeout: 30_000 }).toHaveLength(1);
    } finally {
      await cluster.stop();
    }
  });
});
