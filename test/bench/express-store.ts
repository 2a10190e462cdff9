import express from 'express';
import { Pool } from 'pg';
import * as z from 'zod';

/**
 * The store for comparison: Express and PostgreSQL, one row per product, in a process of its own. The arguments are the
 * port and the database.
 *
 * One statement is one transaction and one round trip, so it locks the row as briefly as possible.
 */
const placeOrder = {
  name: 'place-order',
  text: `WITH taken AS (
    UPDATE products SET stock = stock - $1, sold = sold + $1 WHERE id = $2 AND stock >= $1 RETURNING id, price)
  INSERT INTO orders (id, product_id, quantity, unit_price) SELECT $3, id, $1, price FROM taken`,
};

const ordered = z.object({ items: z.tuple([z.object({ id: z.uuid(), quantity: z.int().min(1) })]) });

const [port, connectionString] = z.tuple([z.coerce.number(), z.string()]).parse(process.argv.slice(2));
const pool = new Pool({ connectionString, max: 16 });
const app = express().use(express.json());

app.get('/health', async (_request, response) => {
  await pool.query('SELECT 1');
  response.json({ status: 'ok' });
});

app.post('/order', async (request, response) => {
  const [{ id, quantity }] = ordered.parse(request.body).items;
  const order = crypto.randomUUID();
  const { rowCount } = await pool.query({ ...placeOrder, values: [quantity, id, order] });
  if (rowCount === 1) response.status(201).json({ id: order, status: 'CONFIRMED' });
  else response.status(409).json({ code: 'out_of_stock' });
});

app.listen(port, '127.0.0.1');
