import { once } from 'node:events';
import { createServer } from 'node:net';
import { describe, expect, it } from 'vitest';
import { isPortFree } from '../../../localstack/ports.ts';
import { until } from '../../support/services/processes.ts';
import { startProgram as start } from '../../support/services/start-program.ts';

describe('npm start', () => {
  it('rejects an unknown option and prints its usage', async () => {
    const { code, stderr } = await (await start(['--dmeo'])).ended;
    expect(code).toBe(2);
    expect(stderr).toMatch(/--dmeo.*\nUsage: npm start/s);
  });

  it('rejects --demo on a stage other than local', async () => {
    const { code, stderr } = await (await start(['--demo', '--stage', 'dev'])).ended;
    expect(code).toBe(2);
    expect(stderr).toMatch(/--demo.*local.*\nUsage: npm start/s);
  });

  it('rejects a port that is not a number', async () => {
    const { code, stderr } = await (await start([], { PORT: 'http' })).ended;
    expect(code).toBe(2);
    expect(stderr).toContain('PORT is not a valid port: http');
  });

  it('names a port in use and the variable that changes it', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    const taken = typeof address === 'object' ? String(address?.port) : '';
    const { code, stderr } = await (await start([], { DYNAMODB_PORT: taken })).ended;
    server.close();
    expect(code).toBe(1);
    expect(stderr).toBe(`Port ${taken} is in use. Choose another with DYNAMODB_PORT.\n`);
  });

  it('leaves no process running when interrupted while starting', async () => {
    const run = await start();
    await until(async () => !(await isPortFree(run.dynamodbPort)));
    run.child.kill('SIGTERM');
    const { code, stdout } = await run.ended;
    expect({ code, stdout }).toEqual({ code: 0, stdout: '' });
    expect(await run.leftovers()).toEqual([]);
  });

  it('prints one line when ready, uses CACHE_URL and leaves no process running after Ctrl-C', async () => {
    const cache = createServer((socket) => socket.end()).listen(0, '127.0.0.1');
    await once(cache, 'listening');
    const asked = once(cache, 'connection');
    const address = cache.address();
    const cachePort = typeof address === 'object' ? String(address?.port) : '';
    const run = await start([], { CACHE_URL: `redis://127.0.0.1:${cachePort}` });
    await until(async () => run.stdout() !== '' || run.child.exitCode !== null, 90_000);
    expect(run.stdout(), run.stderr()).toBe(`ready http://127.0.0.1:${run.port}\n`);
    const response = await fetch(`http://127.0.0.1:${run.port}/health`);
    expect(response.status).toBe(200);
    expect((await fetch(`http://127.0.0.1:${run.port}/product`)).status).toBe(200);
    await asked;
    cache.close();
    run.child.kill('SIGINT');
    const { code } = await run.ended;
    expect(code).toBe(0);
    expect(await run.leftovers()).toEqual([]);
  }, 120_000);
});
