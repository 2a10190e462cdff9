import { type ChildProcess, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { freePort } from '../../../localstack/ports.ts';
import { createClient, expectResponse } from '../../support/api-driver/client.ts';
import { newAccount } from '../../support/api-driver/request-bodies.ts';
import { accountSchema } from '../../support/api-driver/response-schemas.ts';
import { startIsolatedService } from '../../support/services/isolated-service.ts';
import { commandLinesWith, until } from '../../support/services/processes.ts';

const root = join(import.meta.dirname, '../../..');
let directory: string;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'sellout-load-test-'));
});
afterAll(() => rm(directory, { recursive: true, force: true }));

interface Load {
  readonly child: ChildProcess;
  output(): string;
  readonly exitCode: Promise<number | null>;
}

function startLoad(args: readonly string[], environment: Record<string, string> = {}): Load {
  const child = spawn(process.execPath, ['test/load/cli.ts', 'load', '--quick', ...args], {
    cwd: root,
    env: { ...process.env, ...environment },
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output += chunk));
  const exitCode = once(child, 'close').then(([code]) => (typeof code === 'number' ? code : null));
  return { child, output: () => output, exitCode };
}

async function runLoad(args: readonly string[]) {
  const load = startLoad(args);
  return { code: await load.exitCode, output: load.output() };
}

/** Starts a fake service that responds to the requests before a load, except to sign-ups. */
async function startFakeService() {
  const requests: string[] = [];
  const server = createServer((request, response) => {
    const name = `${request.method} ${request.url}`;
    requests.push(name);
    if (name === 'POST /customer/add') return;
    const body = { status: 'ok', id: randomUUID(), access_token: 'token' };
    response.writeHead(200, { 'Content-Type': 'application/json' }).end(JSON.stringify(body));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const stop = async () => {
    server.closeAllConnections();
    server.close();
    await once(server, 'close');
  };
  return { url: urlOf(server), requests, stop };
}

function urlOf(server: Server): string {
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('The server has no TCP port');
  return `http://127.0.0.1:${address.port}`;
}

describe('npm run load', () => {
  it('exits with 2 and prints the usage when an option is invalid', async () => {
    for (const [args, reason] of [
      [['--quik'], 'quik'],
      [['--target', 'ftp://shop.example'], 'must be an http or https URL'],
    ] as const) {
      const { code, output } = await runLoad(args);
      expect([code, output]).toEqual([2, expect.stringContaining(reason)]);
      expect(output).toContain('Usage: npm run load');
    }
  });

  it('exits with 1 when the target does not respond', async () => {
    const target = `http://127.0.0.1:${await freePort()}`;
    const { code, output } = await runLoad(['--target', target, '--out', join(directory, 'down')]);
    expect(code).toBe(1);
    expect(output).toMatch(/The target does not respond: .*ECONNREFUSED/);
    expect(await readdir(directory)).not.toContain('down');
  });

  it('exits with 1 when the target is not a Sellout service', async () => {
    const server = createServer((_, response) => response.end('<h1>It works!</h1>')).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { code, output } = await runLoad(['--target', urlOf(server), '--out', join(directory, 'other')]);
    server.close();
    expect(code).toBe(1);
    expect(output).toContain('is not a Sellout service');
  });

  it('exits with 1 and deletes its products when interrupted during preparation', async () => {
    const { url, requests, stop } = await startFakeService();
    const load = startLoad(['--target', url, '--out', join(directory, 'interrupted')]);
    await until(async () => requests.includes('POST /customer/add'), 60_000);
    load.child.kill('SIGINT');
    expect(await load.exitCode).toBe(1);
    await stop();
    expect(load.output()).toContain('Interrupted');
    const created = requests.filter((request) => request === 'POST /product');
    const deleted = requests.filter((request) => request.startsWith('DELETE /product/'));
    expect(created.length).toBeGreaterThan(0);
    expect(deleted).toHaveLength(created.length);
  }, 90_000);

  it('fails and writes the report when the service stops during the load', async () => {
    const service = await startIsolatedService('load-unavailable');
    const out = join(directory, 'unavailable');
    const args = ['--target', service.url, '--out', out];
    try {
      const withoutAdmin = await runLoad(args);
      expect(withoutAdmin.code).toBe(1);
      expect(withoutAdmin.output).toContain('set ADMIN_EMAIL and ADMIN_PASSWORD');

      const admin = newAccount({ role: 'ADMIN' });
      expectResponse(
        await createClient(service.url).post('/auth/register', admin, {
          headers: { 'Bootstrap-Secret': service.secrets.bootstrapSecret },
        }),
        201,
        accountSchema,
      );
      const load = startLoad(args, { ADMIN_EMAIL: admin.email, ADMIN_PASSWORD: admin.password });
      await until(async () => /[1-9]\d* of 300 sold/.test(load.output()), 90_000);
      await service.stop();
      expect(await load.exitCode).toBe(1);
      expect(load.output()).toMatch(/FAILED\n {2}The load was aborted: the service has not responded for 8 s/);
      expect(load.output()).toContain(`at ${service.url}, they are still on sale`);
      expect(await readFile(join(out, 'report.html'), 'utf8')).toContain('the service has not responded');
    } finally {
      await service.stop();
    }
    expect(await commandLinesWith(`artillery/bin/run run --quiet --environment quick --target ${service.url}`)).toEqual(
      [],
    );
  }, 180_000);
});
