import { join } from 'node:path';
import { Client } from 'pg';
import * as z from 'zod';
import { respondsOk, spawnTied, untilReady } from '../../localstack/child.ts';
import { freePort } from '../../localstack/ports.ts';
import { createSender, type Measured, measureOrders, timed } from './order-load.ts';
import { startPostgres } from './postgres.ts';

const schema = `
  CREATE TABLE products (id uuid PRIMARY KEY, price int NOT NULL, stock int NOT NULL CHECK (stock >= 0), sold int NOT NULL);
  CREATE TABLE orders (id uuid PRIMARY KEY, product_id uuid NOT NULL REFERENCES products, quantity int NOT NULL,
    unit_price int NOT NULL, created_at timestamptz NOT NULL DEFAULT now())`;

const books = z.tuple([z.object({ stock: z.number(), sold: z.number(), ordered: z.coerce.number() })]);

interface Load {
  readonly warmUp: number;
  readonly orders: number;
  readonly concurrency: number;
}

/** Measures one-unit orders of one product against Express and PostgreSQL. @throws {NoPostgres} */
export async function expressOrders(load: Load, settings: readonly string[]): Promise<Measured> {
  const postgres = await startPostgres(settings);
  try {
    const database = new Client({ connectionString: postgres.url });
    await database.connect();
    try {
      return await measureStore(load, database, postgres.url);
    } finally {
      await database.end();
    }
  } finally {
    await postgres.stop();
  }
}

async function measureStore({ warmUp, orders, concurrency }: Load, database: Client, databaseUrl: string) {
  const id = crypto.randomUUID();
  const supplied = (warmUp + orders) * 2;
  await database.query(schema);
  await database.query('INSERT INTO products VALUES ($1, 1000, $2, 0)', [id, supplied]);
  const read = async () => {
    const query = `SELECT stock, sold, (SELECT coalesce(sum(quantity), 0) FROM orders) AS ordered FROM products`;
    return books.parse((await database.query(query)).rows)[0];
  };

  const port = await freePort();
  const program = join(import.meta.dirname, 'express-store.ts');
  const store = spawnTied('Express', process.execPath, [program, String(port), databaseUrl], import.meta.dirname);
  const url = `http://127.0.0.1:${port}`;
  try {
    await untilReady({
      name: 'Express',
      child: store,
      isReady: () => respondsOk(`${url}/health`),
      timeoutMs: 20_000,
    });
    const send = createSender(url, concurrency);
    const shoppers = Array.from({ length: concurrency }, (_, n) => n);
    const order = () => timed(() => send('POST', '/order', { items: [{ id, quantity: 1 }] }));
    const place = (count: number) => measureOrders(shoppers, count, order, async () => (await read()).sold);
    await place(warmUp);
    const measured = await place(orders);
    const { stock, sold, ordered } = await read();
    if (sold !== ordered || stock + sold !== supplied)
      throw new Error('The stock and the orders in PostgreSQL do not add up');
    return measured;
  } finally {
    await store.stop();
  }
}
