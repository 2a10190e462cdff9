import { type ChildProcess, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { freePort } from '../../../localstack/ports.ts';
import { createClient, expectResponse } from '../../support/api-driver/client.ts';
import { newAccount } from '../../support/api-driver/request-bodies.ts';
import { accountSchema } from '../../support/api-driver/response-schemas.ts';
import { startIsolatedService } from '../../support/services/isolated-service.ts';
import { runningWith, until } from '../../support/services/processes.ts';

const root = join(import.meta.dirname, '../../..');
let directory: string;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'sellout-load-test-'));
});
afterAll(() => rm(directory, { recursive: true, force: true }));

interface Load {
  readonly child: ChildProcess;
  output(): string;
  /** The exit code. */
  readonly ended: Promise<number | null>;
}

function startLoad(args: readonly string[], environment: Record<string, string> = {}): Load {
  const child = spawn(process.execPath, ['test/load/load.ts', '--quick', ...args], {
    cwd: root,
    env: { ...process.env, ...environment },
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output += chunk));
  const ended = once(child, 'close').then(([code]) => (typeof code === 'number' ? code : null));
  return { child, output: () => output, ended };
}

/** A store that answers what a load asks of it before it begins; where `answers` says no, it never answers. */
async function startStub(answers: (request: string) => boolean) {
  const requests: string[] = [];
  const server = createServer((request, reply) => {
    const asked = `${request.method} ${request.url}`;
    requests.push(asked);
    if (!answers(asked)) return;
    const body = { status: 'ok', id: randomUUID(), access_token: 'token' };
    reply.writeHead(200, { 'Content-Type': 'application/json' }).end(JSON.stringify(body));
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
  if (address === null || typeof address === 'string') throw new Error('a TCP server has no port');
  return `http://127.0.0.1:${address.port}`;
}

async function outcomeOf(args: readonly string[], environment?: Record<string, string>) {
  const load = startLoad(args, environment);
  return { code: await load.ended, output: load.output() };
}

describe('a load', () => {
  it('is refused where it cannot be meant: wrong options, a wrong target', async () => {
    for (const [args, reason] of [
      [['--quik'], 'quik'],
      [['faster'], 'is no option'],
      [['--target', 'ftp://store.example'], 'no http or https address'],
      [['--target', 'store'], 'no http or https address'],
    ] as const) {
      const { code, output } = await outcomeOf(args);
      expect([code, output]).toEqual([2, expect.stringContaining(reason)]);
      expect(output).toContain('usage: npm run load');
    }
  });

  it('shows its usage when asked', async () => {
    expect(await outcomeOf(['--help'])).toEqual({
      code: 0,
      output: expect.stringContaining('usage: npm run load'),
    });
  });

  it('says so when nothing answers at the target, and leaves no folder for a report', async () => {
    const target = `http://127.0.0.1:${await freePort()}`;
    const { code, output } = await outcomeOf(['--target', target, '--out', join(directory, 'down')]);
    expect(code).toBe(1);
    expect(output).toMatch(/the target does not answer: .*ECONNREFUSED/);
    expect(await readdir(directory)).not.toContain('down');
  });

  it('says so when something else answers at the target', async () => {
    const server = createServer((_, reply) => reply.end('<h1>It works!</h1>')).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { code, output } = await outcomeOf(['--target', urlOf(server), '--out', join(directory, 'other')]);
    server.close();
    expect(code).toBe(1);
    expect(output).toContain('answers, but not as this service');
  });

  it('says so before it begins when the report cannot be written', async () => {
    const file = join(directory, 'file');
    await writeFile(file, '');
    const { code, output } = await outcomeOf(['--target', 'http://127.0.0.1:9', '--out', file]);
    expect(code).toBe(1);
    expect(output).toContain(`the report cannot be written to ${file}`);
  });

  it('ends at once when it is interrupted while it is prepared, and takes its products off sale', async () => {
    const { url, requests, stop } = await startStub((request) => request !== 'POST /customer/add');
    const load = startLoad(['--target', url, '--out', join(directory, 'hangs')]);
    await until(async () => requests.includes('POST /customer/add'), 60_000);
    const sent = requests.length;
    load.child.kill('SIGINT');
    expect(await load.ended).toBe(1);
    await stop();
    expect(load.output()).toContain('interrupted');
    const made = requests.filter((request) => request === 'POST /product');
    const deleted = requests.filter((request) => request.startsWith('DELETE /product/'));
    expect(made.length).toBeGreaterThan(0);
    expect(deleted).toHaveLength(made.length);
    // Those that were under way, and none that waited for its turn.
    expect(requests.slice(sent).filter((request) => request === 'POST /customer/add').length).toBeLessThan(
      20,
    );
  }, 90_000);

  it('ends for somebody who insists, whatever it waits for', async () => {
    const { url, requests, stop } = await startStub(
      (request) => !/^(POST .customer.add|DELETE )/.test(request),
    );
    const load = startLoad(['--target', url, '--out', join(directory, 'insists')]);
    await until(async () => requests.includes('POST /customer/add'), 60_000);
    const insisting = setInterval(() => load.child.kill('SIGINT'), 500);
    expect(await load.ended).toBe(130);
    clearInterval(insisting);
    await stop();
  }, 90_000);

  it('needs an ADMIN where nobody may register as one, and ends soon when the store dies, with what ran', async () => {
    const service = await startIsolatedService('load-dies');
    const out = join(directory, 'dies');
    const args = ['--target', service.url, '--out', out];
    try {
      const refused = await outcomeOf(args);
      expect(refused.code).toBe(1);
      expect(refused.output).toContain('set ADMIN_EMAIL and ADMIN_PASSWORD');

      const admin = newAccount({ role: 'ADMIN' });
      expectResponse(
        await createClient(service.url).post('/auth/register', admin, {
          headers: { 'Bootstrap-Secret': service.secrets.bootstrapSecret },
        }),
        201,
        accountSchema,
      );
      const load = startLoad(args, { ADMIN_EMAIL: admin.email, ADMIN_PASSWORD: admin.password });
      // The first units are sold.
      await until(async () => /[1-9]\d* of 300 sold/.test(load.output()), 90_000);
      await service.stop();
      expect(await load.ended).toBe(1);
      expect(load.output()).toMatch(/FAILED\n {2}broken off: the store has been silent for 8 s/);
      expect(load.output()).toContain(`are still on sale at ${service.url}`);
      expect(await readFile(join(out, 'report.html'), 'utf8')).toContain('the store has been silent');
    } finally {
      await service.stop();
    }
    expect(
      await runningWith(`artillery/bin/run run --quiet --environment quick --target ${service.url}`),
    ).toEqual([]);
  }, 180_000);
});
