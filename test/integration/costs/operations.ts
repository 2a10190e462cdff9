import { randomUUID } from 'node:crypto';
import { GetItemCommand } from '@aws-sdk/client-dynamodb';
import pLimit from 'p-limit';
import * as z from 'zod';
import type { Functions } from './in-process-functions.ts';

const identified = z.object({ id: z.string() });
const guest = z.object({ id: z.string(), access_token: z.string() });
const token = z.object({ access_token: z.string() });

/** Creates what an operation needs. @returns the request */
type Prepare = () => Promise<Parameters<Functions['invoke']>[1]>;

/** Orders that fill three transactions of 98 orders each. */
export const batchSize = 20;
const shards = 16;
const limited = pLimit(16);

/** Creates an ADMIN, a guest and a product with 16 shards. @returns each operation with a request that succeeds */
export async function prepareOperations({ invoke, client, prefix }: Functions) {
  const account = () => ({ email: `${randomUUID()}@example.com`, password: 'correct horse battery' });
  const seller = account();
  await invoke('register', { body: { ...seller, role: 'ADMIN' } });
  const admin = token.parse(await invoke('login', { body: seller })).access_token;
  const { id: customer_id, access_token } = guest.parse(await invoke('addCustomer', { body: { username: 'g' } }));
  const asGuest = { token: access_token };

  const input = { name: 'Ticket', price: 1_000, stock: 1_000_000, stock_shards: shards };
  const newProduct = async (): Promise<string> =>
    identified.parse(await invoke('createProduct', { token: admin, body: input })).id;
  const product_id = await newProduct();
  const ofProduct = { params: { product_id } };
  const line = { customer_id, product_id, quantity: 1 };
  const fillCart = () => invoke('addToCart', { ...asGuest, body: line });
  const checkout = { ...asGuest, body: { customer_id } };
  const submit = { ...asGuest, body: { items: [{ id: product_id, quantity: 1 }] } };
  const order = async (): Promise<{ order_id: string }> => {
    await fillCart();
    return { order_id: identified.parse(await invoke('checkout', checkout)).id };
  };
  const params = await order();

  const prepare: Readonly<Record<string, Prepare>> = {
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
  };

  return {
    prepare,
    /** Submits orders. @returns the stream event that delivers them to the worker */
    async batch() {
      const records = Array.from({ length: batchSize }, async () => {
        const { id } = identified.parse(await limited(() => invoke('submitOrder', submit)));
        const command = new GetItemCommand({ TableName: `${prefix}-orders`, Key: { id: { S: id } } });
        const { Item: NewImage } = await client.send(command);
        return { eventID: id, dynamodb: { NewImage } };
      });
      return { Records: await Promise.all(records) };
    },
  };
}
