import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import { bundleOf } from '../../bench/bundles.ts';
import { contextOf, eventOf } from '../../support/builders-domain.ts';
import { environment } from '../../support/environment.ts';
import { freshTables } from '../../support/tables.ts';

const run = promisify(execFile);

/** Loads a bundle as Lambda does and prints what it answers. */
const invoke = `
const [file, event, context] = process.argv.slice(1);
require(file).handler(JSON.parse(event), JSON.parse(context)).then((reply) => {
  process.stdout.write(JSON.stringify(reply), () => process.exit());
});`;

let directory: string;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'sellout-bundles-'));
});
afterAll(() => rm(directory, { recursive: true }));

async function replyOf(name: string, environmentOfLambda: Record<string, string>) {
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
  const event = eventOf({ pathParameters: { product_id: crypto.randomUUID() } });
  const args = ['-e', invoke, file, JSON.stringify(event), JSON.stringify(contextOf())];
  const { stdout } = await run(process.execPath, args, { env, cwd: directory });
  return JSON.parse(stdout.slice(stdout.lastIndexOf('{"statusCode"')));
}

const credentials = { AWS_ACCESS_KEY_ID: 'local', AWS_SECRET_ACCESS_KEY: 'local' };

it.each([
  ['health', 200],
  ['getProduct', 404],
])('the bundle of %s reaches the database with the credentials in its environment', async (name, status) => {
  expect(await replyOf(name, credentials)).toMatchObject({ statusCode: status });
});

it('the bundle has no other credentials', async () => {
  expect(await replyOf('health', {})).toMatchObject({ statusCode: 500 });
});
