import { randomUUID } from 'node:crypto';
import { GetItemCommand } from '@aws-sdk/client-dynamodb';
import * as z from 'zod';
import type { World } from './world.ts';

const identified = z.object({ id: z.string() });
const guest = z.object({ id: z.string(), access_token: z.string() });
const token = z.object({ access_token: z.string() });

type Request = Parameters<World['invoke']>[1];
/** Makes ready what an operation needs, and gives the request. */
export type Prepare = () => Promise<Request>;

/** As many as a stream delivers at once: `batchSize` in serverless.yml. */
export const batchSize = 1_000;
const shards = 16;

export type Operations = Awaited<ReturnType<typeof openOperations>>;

/** Every operation with a request that succeeds, on a store with one product of 16 shards, an ADMIN and a guest. */
export async function openOperations({ invoke, client, prefix }: World) {
  const account = () => ({ email: `${randomUUID()}@example.com`, password: 'correct horse battery' });
  const seller = account();
  await invoke('register', { body: { ...seller, role: 'ADMIN' } });
  const admin = token.parse(await invoke('login', { body: seller })).access_token;
  const { id: customer_id, access_token } = guest.parse(
    await invoke('addCustomer', { body: { username: 'g' } }),
  );
  const asGuest = { token: access_token };

  const input = { name: 'Ticket', price: 1_000, stock: 1_000_000, stock_shards: shards };
  const newProduct = async (changes: object = {}): Promise<string> =>
    identified.parse(await invoke('createProduct', { token: admin, body: { ...input, ...changes } })).id;
  const product_id = await newProduct();
  const ofProduct = { params: { product_id } };
  const line = { customer_id, product_id, quantity: 1 };
  const fillCart = (product = product_id) =>
    invoke('addToCart', { ...asGuest, body: { ...line, product_id: product } });
  const checkout = { ...asGuest, body: { customer_id } };
  const submit = { ...asGuest, body: { items: [{ id: product_id, quantity: 1 }] } };
  const order = async (): Promise<{ order_id: string }> => {
    await fillCart();
    return { order_id: identified.parse(await invoke('checkout', checkout)).id };
  };
  const params = await order();

  const prepare = {
    health: async () => ({}),
    listProducts: async () => ({}),
    getProduct: async () => ofProduct,
    getProductTotal: async () => ofProduct,
    getCart: async () => {
      await fillCart();
      return { ...asGuest, params: { customer_id } };
    },
    addToCart: async () => ({ ...asGuest, body: line }),
    removeFromCart: async () => {
      await fillCart();
      return { ...asGuest, body: { customer_id, product_id } };
    },
    checkout: async () => {
      await fillCart();
      return checkout;
    },
    submitOrder: async () => submit,
    getOrder: async () => ({ ...asGuest, params }),
    listOrders: async () => asGuest,
    cancelOrder: async () => ({ ...asGuest, params: await order() }),
    addCustomer: async () => ({ body: { username: 'g' } }),
    register: async () => ({ body: account() }),
    login: async () => ({ body: seller }),
    createProduct: async () => ({ token: admin, body: input }),
    addStock: async () => ({ token: admin, body: { product_id, stock: 1 } }),
    updateProduct: async () => ({ token: admin, ...ofProduct, body: { price: 1_001 } }),
    deleteProduct: async () => ({ token: admin, params: { product_id: await newProduct() } }),
  } satisfies Record<string, Prepare>;

  return {
    prepare,
    /** A batch of the stream, as PENDING orders make it. */
    async batch(size = batchSize) {
      const Records = [];
      for (let n = 0; n < size; n += 1) {
        const { id } = identified.parse(await invoke('submitOrder', submit));
        const command = new GetItemCommand({ TableName: `${prefix}-orders`, Key: { id: { S: id } } });
        const { Item: NewImage } = await client.send(command);
        Records.push({ eventID: id, dynamodb: { NewImage } });
      }
      return { Records };
    },
    /** Requests for a product that has nothing left. */
    async soldOut() {
      const gone = await newProduct({ stock: 0 });
      await fillCart(gone);
      return { checkout, submitOrder: { ...asGuest, body: { items: [{ id: gone, quantity: 1 }] } } };
    },
  };
}
