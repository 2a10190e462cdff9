import { Agent, request } from 'node:http';
import * as z from 'zod/mini';

interface Measured {
  readonly perSecond: number;
  readonly p50: number;
  readonly p99: number;
}

interface ShopOptions {
  readonly concurrency: number;
  readonly shards: number;
  readonly stock: number;
}

const token = z.object({ access_token: z.string() });
const guest = z.object({ id: z.string(), access_token: z.string() });
const product = z.object({ id: z.string(), sold: z.int() });

/** One product on sale and shoppers who buy one unit at a time; every reply but success throws. */
export async function createShop(url: string, { concurrency, shards, stock }: ShopOptions) {
  const agent = new Agent({ keepAlive: true, maxSockets: concurrency });
  const send = (method: string, path: string, body?: object, bearer?: string) =>
    sendJson(agent, `${url}${path}`, method, body, bearer);

  const admin = { email: `${crypto.randomUUID()}@example.com`, password: 'correct horse battery' };
  await send('POST', '/auth/register', { ...admin, role: 'ADMIN' });
  const { access_token } = token.parse(await send('POST', '/auth/login', admin));
  const input = { name: 'Ticket', price: 1_000, stock, stock_shards: shards };
  const { id } = product.parse(await send('POST', '/product', input, access_token));
  const shoppers = await Promise.all(
    Array.from({ length: concurrency }, async () =>
      guest.parse(await send('POST', '/customer/add', { username: 'g' })),
    ),
  );
  const sold = async () => product.parse(await send('GET', `/product/${id}`)).sold;

  /** Until all of `count` orders are placed and, where they are decided later, decided. */
  async function measure(
    count: number,
    order: (shopper: z.output<typeof guest>) => Promise<number>,
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
    while ((await sold()) < target) await new Promise((resolve) => setTimeout(resolve, 10));
    const seconds = (performance.now() - start) / 1_000;
    times.sort((a, b) => a - b);
    const at = (quantile: number) => times[Math.floor(times.length * quantile)] ?? 0;
    return { perSecond: count / seconds, p50: at(0.5), p99: at(0.99) };
  }

  const timed = async (act: () => Promise<unknown>) => {
    const start = performance.now();
    await act();
    return performance.now() - start;
  };

  return {
    submit: (count: number) =>
      measure(count, ({ access_token }) =>
        timed(() => send('POST', '/order', { items: [{ id, quantity: 1 }] }, access_token)),
      ),
    /** The cart is filled outside of the time of the reply, yet within that of the whole. */
    checkout: (count: number) =>
      measure(count, async ({ id: customer_id, access_token }) => {
        await send('POST', '/cart/add', { customer_id, product_id: id, quantity: 1 }, access_token);
        return timed(() => send('POST', '/order/add', { customer_id }, access_token));
      }),
  };
}

function sendJson(
  agent: Agent,
  url: string,
  method: string,
  body?: object,
  bearer?: string,
): Promise<unknown> {
  const text = body === undefined ? undefined : JSON.stringify(body);
  const headers: Record<string, string | number> = {};
  if (text !== undefined) {
    headers['Content-Type'] = 'application/json';
    headers['Content-Length'] = Buffer.byteLength(text);
  }
  if (bearer !== undefined) headers['Authorization'] = `Bearer ${bearer}`;
  return new Promise((resolve, reject) => {
    const outgoing = request(url, { agent, method, headers }, (reply) => {
      const chunks: Buffer[] = [];
      reply.on('data', (chunk: Buffer) => chunks.push(chunk));
      reply.on('error', reject);
      reply.on('end', () => {
        const content = Buffer.concat(chunks).toString();
        if ((reply.statusCode ?? 500) < 300) resolve(JSON.parse(content));
        else reject(new Error(`${method} ${url} answered ${reply.statusCode}: ${content}`));
      });
    });
    outgoing.on('error', reject);
    outgoing.end(text);
  });
}
