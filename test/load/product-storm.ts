import { Agent, request } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import type { RedisServer } from '../support/redis.ts';
import { startRedis } from '../support/redis.ts';
import { rates } from './quantiles.ts';

const phaseMs = 6_000;
const concurrency = 32;
/** Pages that differ, so that not all is in the first container's memory; their entries end every two seconds. */
const paths = Array.from({ length: 20 }, (_, n) => `/product?limit=${n + 1}`);

interface Answer {
  readonly at: number;
  readonly ms: number;
  readonly ok: boolean;
}

/** Requests without pause through six phases of Redis, and how they fared in each, as rows of a table. */
export async function* stormPhases(url: string, redis: RedisServer): AsyncGenerator<string> {
  const answers: Answer[] = [];
  const agent = new Agent({ keepAlive: true, maxSockets: concurrency });
  let stormy = true;
  const clients = Array.from({ length: concurrency }, async (_, client) => {
    for (let n = client; stormy; n += 1) {
      const at = performance.now();
      const ok = await answersOk(agent, `${url}${paths[n % paths.length]}`);
      answers.push({ at, ms: performance.now() - at, ok });
    }
  });
  const phase = async (name: string) => {
    const from = performance.now();
    await delay(phaseMs);
    return row(
      name,
      answers.filter(({ at }) => at >= from),
      performance.now() - from,
    );
  };

  let successor: RedisServer | undefined;
  try {
    await delay(3_000);
    yield await phase('Redis answers');
    redis.pause();
    yield await phase('from the moment that Redis is silent (SIGSTOP)');
    redis.resume();
    yield await phase('Redis goes on');
    await redis.kill();
    yield await phase('from the moment that Redis is killed (SIGKILL)');
    yield await phase('without Redis');
    successor = await startRedis(redis.port);
    yield await phase('a new Redis');
  } finally {
    stormy = false;
    await Promise.all(clients);
    agent.destroy();
    await successor?.stop();
  }
  const failed = answers.filter(({ ok }) => !ok).length;
  yield `| all, also in between | | | ${failed} of ${answers.length} |`;
}

function row(name: string, answers: readonly Answer[], ms: number): string {
  const { perSecond, p50, p99, longest } = rates(
    answers.map((answer) => answer.ms),
    ms / 1_000,
  );
  const times = [p50, p99, longest].map((value) => value.toFixed(0)).join(' / ');
  return `| ${name} | ${perSecond.toFixed(0)} | ${times} | ${answers.filter(({ ok }) => !ok).length} |`;
}

const answersOk = (agent: Agent, url: string): Promise<boolean> =>
  new Promise((resolve) => {
    const outgoing = request(url, { agent }, (reply) => {
      reply.on('error', () => resolve(false));
      reply.on('end', () => resolve(reply.statusCode === 200)).resume();
    });
    outgoing.on('error', () => resolve(false)).end();
  });
