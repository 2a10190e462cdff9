import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { access, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { DynamoDBClient, ListTablesCommand } from '@aws-sdk/client-dynamodb';
import { describe, expect, it } from 'vitest';
import { localAws } from '../../localstack/dummy-credentials.ts';
import { freePort, isPortFree } from '../../localstack/ports.ts';
import { commandLinesWith, until } from '../support/services/processes.ts';

const root = join(import.meta.dirname, '../..');

/** Starts LocalStack and, with a request for tables, its DynamoDB Local, which runs in a session of its own. */
async function startHost() {
  const port = await freePort();
  const host = spawn(join(root, 'localstack/host.sh'), {
    env: { ...process.env, LOCALSTACK_PORT: String(port) },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [line] = await once(host.stdout, 'data');
  expect(String(line)).toBe(`ready http://127.0.0.1:${port}\n`);
  const client = new DynamoDBClient({ endpoint: `http://127.0.0.1:${port}`, ...localAws });
  expect((await client.send(new ListTablesCommand())).TableNames).toEqual([]);
  client.destroy();
  const files = join(root, 'node_modules/.cache/localstack', String(port));
  expect((await commandLinesWith(files)).some((line) => line.includes('DynamoDBLocal.jar'))).toBe(true);
  return { host, port, files };
}

describe('localstack/host.sh', () => {
  it('responds on 127.0.0.1 only, and leaves no process and no file after a signal', async () => {
    const { host, port, files } = await startHost();
    await expect(fetch(`http://127.0.0.2:${port}`)).rejects.toThrow('fetch failed');

    host.kill('SIGTERM');

    expect(await once(host, 'close')).toEqual([0, null]);
    expect(await commandLinesWith(files)).toEqual([]);
    expect(await isPortFree(port)).toBe(true);
    await expect(access(files)).rejects.toThrow('ENOENT');
  });

  it('leaves no process when it is killed', async () => {
    const { host, files } = await startHost();
    host.kill('SIGKILL');
    await until(async () => (await commandLinesWith(files)).length === 0, 60_000);
    await rm(files, { recursive: true });
  });
});
