import * as z from 'zod/mini';
import { createSender, type Measured, measureOrders, timed } from './order-load.ts';

interface ShopOptions {
  readonly concurrency: number;
  readonly shards: number;
  readonly stock: number;
}

const token = z.object({ access_token: z.string() });
const guest = z.object({ id: z.string(), access_token: z.string() });
const product = z.object({ id: z.string(), sold: z.int() });

/** Creates one product and shoppers who buy one unit at a time. */
export async function createShop(url: string, { concurrency, shards, stock }: ShopOptions) {
  const send = createSender(url, concurrency);
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

  return {
    submit: (count: number): Promise<Measured> =>
      measureOrders(
        shoppers,
        count,
        ({ access_token }) => timed(() => send('POST', '/order', { items: [{ id, quantity: 1 }] }, access_token)),
        sold,
      ),
    /** Filling the cart counts for the throughput, but not for the response time. */
    checkout: (count: number): Promise<Measured> =>
      measureOrders(
        shoppers,
        count,
        async ({ id: customer_id, access_token }) => {
          await send('POST', '/cart/add', { customer_id, product_id: id, quantity: 1 }, access_token);
          return timed(() => send('POST', '/order/add', { customer_id }, access_token));
        },
        sold,
      ),
  };
}
