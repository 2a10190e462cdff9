import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { access } from 'node:fs/promises';
import { join } from 'node:path';
import { DynamoDBClient, ListTablesCommand } from '@aws-sdk/client-dynamodb';
import { describe, expect, it } from 'vitest';
import { localAws } from '../../localstack/dummy-credentials.ts';
import { freePort, isPortFree } from '../../localstack/ports.ts';
import { commandLinesWith, until } from '../support/services/processes.ts';

const root = join(import.meta.dirname, '../..');

describe('localstack/host.sh', () => {
  it.each(['SIGTERM', 'SIGKILL'] as const)('leaves no process running after %s', async (signal) => {
    const port = await freePort();
    const files = join(root, 'node_modules/.cache/localstack', String(port));
    const environment = { ...process.env, LOCALSTACK_PORT: String(port) };
    const host = spawn(join(root, 'localstack/host.sh'), {
      cwd: root,
      env: environment,
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const [line] = await once(host.stdout, 'data');
    expect(String(line)).toBe(`ready http://127.0.0.1:${port}\n`);
    const client = new DynamoDBClient({ endpoint: `http://127.0.0.1:${port}`, ...localAws });
    // LocalStack starts DynamoDB Local, in a session of its own, for the first request.
    expect((await client.send(new ListTablesCommand())).TableNames).toEqual([]);
    client.destroy();
    expect(await commandLinesWith(files)).not.toEqual([]);

    host.kill(signal);
    await once(host, 'close');

    await until(async () => (await commandLinesWith(files)).length === 0, 60_000);
    expect(await isPortFree(port)).toBe(true);
    if (signal === 'SIGTERM') await expect(access(files)).rejects.toThrow('ENOENT');
  });
});
