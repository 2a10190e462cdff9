import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { describe, expect, it } from 'vitest';
import { startDynamoDbLocal } from '../../../localstack/dynamodb-local.ts';
import { freePort, isPortFree } from '../../../localstack/ports.ts';
import { commandLinesWith, until } from '../../support/services/processes.ts';

const portOf = (endpoint: string) => Number(new URL(endpoint).port);

describe('startDynamoDbLocal', () => {
  it('leaves no process running after stop, even when stopped twice', async () => {
    const engine = await startDynamoDbLocal();
    const port = portOf(engine.endpoint);
    expect(await commandLinesWith(`-port ${port} `)).not.toEqual([]);
    await Promise.all([engine.stop(), engine.stop()]);
    expect(await commandLinesWith(`-port ${port} `)).toEqual([]);
    expect(await isPortFree(port)).toBe(true);
  });

  it('fails on a port in use and names it', async () => {
    const server = createServer().listen(await freePort());
    await once(server, 'listening');
    const address = server.address();
    const port = typeof address === 'object' ? address?.port : undefined;
    await expect(startDynamoDbLocal({ port })).rejects.toThrow(`Port ${port} is in use`);
    server.close();
  });

  it('leaves no process running when the start is aborted', async () => {
    const port = await freePort();
    const giveUp = new AbortController();
    const starting = startDynamoDbLocal({ port, signal: giveUp.signal });
    await until(async () => (await commandLinesWith(`-port ${port} `)).length > 0);
    giveUp.abort();
    await expect(starting).rejects.toThrow('aborted');
    expect(await commandLinesWith(`-port ${port} `)).toEqual([]);
  });

  it('ends when its parent is killed', async () => {
    const port = await freePort();
    const module = new URL('../../../localstack/dynamodb-local.ts', import.meta.url);
    const script = `import { startDynamoDbLocal } from '${module}'; await startDynamoDbLocal({ port: ${port} });`;
    const owner = spawn(process.execPath, ['--input-type=module', '-e', script], { stdio: 'ignore' });
    await until(async () => !(await isPortFree(port)));
    owner.kill('SIGKILL');
    await until(async () => (await commandLinesWith(`-port ${port} `)).length === 0);
  });
});
