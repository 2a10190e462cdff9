import { Agent, request } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { nextCursor } from '../../lib/platform/cursor.ts';
import type { RedisServer } from '../support/services/redis.ts';
import { startRedis } from '../support/services/redis.ts';
import { rates } from './rates.ts';
import { table } from './table.ts';

const phaseMs = 6_000;
const concurrency = 16;
interface Answer {
  readonly at: number;
  readonly ms: number;
  readonly ok: boolean;
}

interface Storm {
  readonly answers: readonly Answer[];
  end(): Promise<void>;
}

function startStorm(url: string, paths: readonly string[]): Storm {
  const answers: Answer[] = [];
  const agent = new Agent({ keepAlive: true, maxSockets: concurrency });
  let stormy = true;
  const clients = Array.from({ length: concurrency }, async (_, client) => {
    for (let n = client; stormy; n += 1) {
      const at = performance.now();
      const ok = await respondsOk(agent, `${url}${paths[n % paths.length]}`);
      answers.push({ at, ms: performance.now() - at, ok });
    }
  });
  return {
    answers,
    async end() {
      stormy = false;
      await Promise.all(clients);
      agent.destroy();
    },
  };
}

/**
 * Requests without pause through six phases of Redis, and how they fared in each, beside
 * them the same requests to a service that has no Redis, at the same time on the same machine.
 *
 * @param ids of products: there is a page after each, kept for two seconds, so that Redis is asked all the time
 */
export async function stormPhases(
  url: string,
  controlUrl: string,
  redis: RedisServer,
  ids: readonly string[],
): Promise<string> {
  const paths = ids.map((id) => `/product?limit=10&cursor=${nextCursor({ id })}`);
  const storm = startStorm(url, paths);
  const control = startStorm(controlUrl, paths);
  const rows: string[][] = [];
  const phase = async (name: string) => {
    const from = performance.now();
    await delay(phaseMs);
    const seconds = (performance.now() - from) / 1_000;
    const [tested, compared] = [storm, control].map(({ answers }) =>
      figures(
        answers.filter(({ at }) => at >= from),
        seconds,
      ),
    );
    rows.push([name, ...(tested ?? []), ...(compared ?? [])]);
  };

  let successor: RedisServer | undefined;
  try {
    await delay(3_000);
    await phase('Redis answers');
    redis.pause();
    await phase('from the moment that Redis is silent (SIGSTOP)');
    redis.resume();
    await phase('Redis goes on');
    await redis.kill();
    await phase('from the moment that Redis is killed (SIGKILL)');
    await phase('without Redis');
    successor = await startRedis(redis.port);
    await phase('a new Redis');
  } finally {
    await Promise.all([storm.end(), control.end()]);
    await successor?.stop();
  }
  const failures = [storm, control].flatMap(({ answers }) => {
    const failed = answers.filter(({ ok }) => !ok).length;
    return ['', '', `${failed} of ${answers.length}`];
  });
  rows.push(['all, also in between', ...failures]);
  const columns = ['requests/s', 'p50 / p99 / longest ms', 'failed'];
  const [first = '', ...rest] = columns;
  return table(['storm over HTTP', ...columns, `without Redis: ${first}`, ...rest], rows);
}

function figures(answers: readonly Answer[], seconds: number): string[] {
  const { perSecond, p50, p99, longest } = rates(
    answers.map(({ ms }) => ms),
    seconds,
  );
  const times = [p50, p99, longest].map((ms) => ms.toFixed(0)).join(' / ');
  return [perSecond.toFixed(0), times, String(answers.filter(({ ok }) => !ok).length)];
}

const respondsOk = (agent: Agent, url: string): Promise<boolean> =>
  new Promise((resolve) => {
    const outgoing = request(url, { agent }, (reply) => {
      reply.on('error', () => resolve(false));
      reply.on('end', () => resolve(reply.statusCode === 200)).resume();
    });
    outgoing.on('error', () => resolve(false)).end();
  });
