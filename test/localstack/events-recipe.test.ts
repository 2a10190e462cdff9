import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, inject, it } from 'vitest';
import * as z from 'zod/mini';
import { checkOut, createApiShop, putInCart, signUp } from '../support/api-driver/api-driver.ts';
import { createClient } from '../support/api-driver/client.ts';
import { until } from '../support/services/processes.ts';
import { startProgram } from '../support/services/start-program.ts';

const run = promisify(execFile);
const root = join(import.meta.dirname, '../..');
const endpoint = inject('localStackEndpoint');
const message = z.object({ 'detail-type': z.string(), detail: z.object({ event_id: z.string() }) });
const bodies = z.array(z.string());

/** A stage of its own, because other tests order on stage `local` at the same time. */
const stage = 'recipe';

/** The commands in localstack/README.md: those that make a queue of events, and the one that reads it. */
async function recipe(): Promise<{ subscribe: string; receive: string }> {
  const readme = await readFile(join(root, 'localstack/README.md'), 'utf8');
  const commands = /^```sh\n(export AWS_ENDPOINT_URL.*?)^```$/ms.exec(readme)?.[1] ?? '';
  const adapted = commands
    .replaceAll('http://127.0.0.1:4566', endpoint)
    .replaceAll('sellout-local', `sellout-${stage}`);
  const lines = adapted.trim().split('\n');
  return { subscribe: lines.slice(0, -1).join('\n'), receive: lines.at(-1) ?? '' };
}

/** Runs commands with the AWS CLI 1 that LocalStack installs. It takes the endpoint of SQS from an option alone. */
async function shell(commands: string): Promise<string> {
  const PATH = `${join(root, 'node_modules/.cache/localstack-supervisor/bin')}:${process.env['PATH']}`;
  const script = `aws() { command aws --endpoint-url "$AWS_ENDPOINT_URL" "$@"; }\n${commands}`;
  return (await run('bash', ['-euo', 'pipefail', '-c', script], { env: { ...process.env, PATH } })).stdout;
}

it('a LocalStack that runs already delivers order events by the recipe, and runs on when the service stops', async () => {
  const service = await startProgram(['--localstack', '--stage', stage], { LOCALSTACK_ENDPOINT: endpoint });
  await until(async () => service.stdout().includes('ready ') || service.child.exitCode !== null, 90_000);
  const secret = /Bootstrap-Secret: (\S+)\nready /.exec(service.stdout())?.[1] ?? '';
  expect(secret, service.stderr()).not.toBe('');
  const { subscribe, receive } = await recipe();
  const [environment = ''] = subscribe.split('\n');
  const queue = (await shell(`{ ${subscribe}\n} >&2\necho "$QUEUE"`)).trim();

  const anyone = createClient(`http://127.0.0.1:${service.port}`);
  const admin = await signUp(anyone, { role: 'ADMIN' }, { headers: { 'Bootstrap-Secret': secret } });
  const shop = createApiShop(anyone, admin);
  const [{ id: product }, guest] = [await shop.product(), await shop.guest()];
  await putInCart(guest, product, 1);
  const { id } = await checkOut(guest);

  const [body = ''] = bodies.parse(JSON.parse(await shell(`${environment}\nQUEUE=${queue}\n${receive}`)));
  expect(message.parse(JSON.parse(body))).toEqual({
    'detail-type': 'order.confirmed',
    detail: { event_id: `${id}:CONFIRMED` },
  });

  service.child.kill('SIGINT');
  const { code } = await service.ended;
  expect(code, service.stderr()).toBe(0);
  expect(await service.leftovers()).toEqual([]);
  expect((await fetch(`${endpoint}/_localstack/health`)).status).toBe(200);
});
