import { execFileSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Child, spawnTied, untilReady } from '../../../localstack/child.ts';
import { freePort } from '../../../localstack/ports.ts';

/** The reason to skip Redis tests; undefined if redis-server is installed. */
export const whyNoRedis = findRedis();

function findRedis(): string | undefined {
  try {
    execFileSync('redis-server', ['--version'], { stdio: 'ignore' });
    return undefined;
  } catch {
    return 'redis-server is not installed (Debian: apt-get install redis-server)';
  }
}

export interface RedisServer {
  readonly url: string;
  readonly port: number;
  /** SIGSTOP: Redis accepts connections but does not respond. */
  pause(): void;
  resume(): void;
  /** SIGKILL: connections break immediately. Resolves when the process has exited. */
  kill(): Promise<void>;
  stop(): Promise<void>;
}

/** Starts a real Redis without persistence. It exits on `stop` and when this process exits. */
export async function startRedis(port?: number): Promise<RedisServer> {
  const usedPort = port ?? (await freePort());
  const directory = await mkdtemp(join(tmpdir(), 'sellout-redis-'));
  const args = ['--port', String(usedPort), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no'];
  const child = spawnTied('Redis', 'redis-server', args, directory);
  await untilReady({ name: 'Redis', child, isReady: () => accepts(usedPort), timeoutMs: 10_000 });
  const signal = (name: NodeJS.Signals) => process.kill(-child.pid, name);
  return {
    url: `redis://127.0.0.1:${usedPort}`,
    port: usedPort,
    pause: () => signal('SIGSTOP'),
    resume: () => signal('SIGCONT'),
    kill: async () => {
      signal('SIGKILL');
      await child.exited;
    },
    stop: () => stop(child, directory),
  };
}

async function stop(child: Child, directory: string): Promise<void> {
  await child.stop();
  await rm(directory, { recursive: true, force: true });
}

/** Returns whether the port accepts connections. Sends nothing, because Redis would log it. */
async function accepts(port: number): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>();
  const socket = connect({ port, host: '127.0.0.1' }, () => resolve(true)).on('error', () => resolve(false));
  const accepted = await promise;
  socket.destroy();
  return accepted;
}
