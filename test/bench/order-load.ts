import { Agent, request } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { latencyStats } from './latency-stats.ts';

export type Send = (method: string, path: string, body?: object, bearer?: string) => Promise<unknown>;

export interface Measured {
  readonly perSecond: number;
  readonly p50: number;
  readonly p99: number;
}

/**
 * Measures `count` orders of concurrent shoppers, until all of them are placed and decided.
 *
 * @param order places one order and resolves with the response time in milliseconds
 * @param sold reads the units sold so far
 */
export async function measureOrders<Shopper>(
  shoppers: readonly Shopper[],
  count: number,
  order: (shopper: Shopper) => Promise<number>,
  sold: () => Promise<number>,
): Promise<Measured> {
  const target = (await sold()) + count;
  const times: number[] = [];
  let left = count;
  const start = performance.now();
  await Promise.all(
    shoppers.map(async (shopper) => {
      while (left-- > 0) times.push(await order(shopper));
    }),
  );
  while ((await sold()) < target) await delay(10);
  return latencyStats(times, (performance.now() - start) / 1_000);
}

export async function timed(act: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await act();
  return performance.now() - start;
}

/** Creates a client that sends JSON over persistent connections and throws unless the status is 2xx. */
export function createSender(url: string, concurrency: number): Send {
  const agent = new Agent({ keepAlive: true, maxSockets: concurrency });
  return (method, path, body, bearer) => {
    const text = body === undefined ? undefined : JSON.stringify(body);
    const headers: Record<string, string | number> = {};
    if (text !== undefined) {
      headers['Content-Type'] = 'application/json';
      headers['Content-Length'] = Buffer.byteLength(text);
    }
    if (bearer !== undefined) headers['Authorization'] = `Bearer ${bearer}`;
    return new Promise((resolve, reject) => {
      const outgoing = request(`${url}${path}`, { agent, method, headers }, (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('error', reject);
        response.on('end', () => {
          const content = Buffer.concat(chunks).toString();
          if ((response.statusCode ?? 500) < 300) resolve(JSON.parse(content));
          else reject(new Error(`${method} ${path} answered ${response.statusCode}: ${content}`));
        });
      });
      outgoing.on('error', reject);
      outgoing.end(text);
    });
  };
}
