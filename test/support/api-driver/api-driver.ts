import { randomUUID } from 'node:crypto';
import { vi } from 'vitest';
import { type Client, expectReply, localClient, type Reply } from './client.ts';
import { newAccount, newProduct, uniqueName } from './request-bodies.ts';
import {
  accountShape,
  cartShape,
  guestShape,
  orderShape,
  productPageShape,
  productShape,
  productTotalShape,
  tokenShape,
} from './response-schemas.ts';

/** Someone with an account, and a client that carries their token. */
export interface Actor {
  readonly id: string;
  readonly api: Client;
}

/** An account with a password, logged in. */
export async function signUp(
  api: Client,
  overrides: Parameters<typeof newAccount>[0] = {},
  extras: Parameters<Client['post']>[2] = {},
): Promise<Actor> {
  const account = newAccount(overrides);
  const { email, password } = account;
  const { id } = expectReply(await api.post('/auth/register', account, extras), 201, accountShape);
  const login = expectReply(await api.post('/auth/login', { email, password }), 200, tokenShape);
  return { id, api: api.as(login.access_token) };
}

/** The store at stage `local`, with an ADMIN of its own. */
export async function openShop(): Promise<ApiShop> {
  const anyone = localClient();
  return shopOf(anyone, await signUp(anyone, { role: 'ADMIN' }));
}

/** What happens in a store. Its steps throw when they do not succeed. */
export function shopOf(anyone: Client, admin: Actor) {
  return {
    anyone,
    admin,

    async guest(): Promise<Actor> {
      const body = { username: uniqueName('guest') };
      const { id, access_token } = expectReply(await anyone.post('/customer/add', body), 201, guestShape);
      return { id, api: anyone.as(access_token) };
    },

    async product(overrides: Parameters<typeof newProduct>[0] = {}) {
      return expectReply(await admin.api.post('/product', newProduct(overrides)), 201, productShape);
    },

    async read(productId: string) {
      return expectReply(await anyone.get(`/product/${productId}`), 200, productShape);
    },

    async change(productId: string, change: object) {
      return expectReply(await admin.api.patch(`/product/${productId}`, change), 200, productShape);
    },

    async supply(productId: string, stock: number) {
      const body = { product_id: productId, stock };
      return expectReply(await admin.api.post('/product/add-stock', body), 200, productShape);
    },

    async remove(productId: string): Promise<void> {
      const { status } = await admin.api.delete(`/product/${productId}`);
      if (status !== 204) throw new Error(`the product was not deleted: ${status}`);
    },

    /** Units of the product in confirmed orders. */
    async total(productId: string): Promise<number> {
      const reply = await anyone.get(`/order/product/${productId}`);
      return expectReply(reply, 200, productTotalShape).total_quantity;
    },

    /** Every product that is listed, page by page. */
    async list(path = '/product', limit = 100) {
      const items = [];
      let cursor: string | null = null;
      do {
        const query: string = cursor === null ? '' : `&cursor=${encodeURIComponent(cursor)}`;
        const page = expectReply(await anyone.get(`${path}?limit=${limit}${query}`), 200, productPageShape);
        items.push(...page.items);
        cursor = page.next_cursor;
      } while (cursor !== null);
      return items;
    },
  };
}
export type ApiShop = ReturnType<typeof shopOf>;

/** Sets one product's quantity in the actor's own cart. */
export async function putInCart({ id, api }: Actor, productId: string, quantity: number) {
  const line = { customer_id: id, product_id: productId, quantity };
  return expectReply(await api.post('/cart/add', line), 200, cartShape);
}

export async function readCart({ id, api }: Actor) {
  return expectReply(await api.get(`/cart/${id}`), 200, cartShape);
}

interface CheckoutOptions {
  readonly key?: string;
  readonly expectedTotal?: number;
}

/** Asks for the actor's cart as an order, whatever comes of it. */
export const tryCheckout = (
  { id, api }: Actor,
  { key, expectedTotal }: CheckoutOptions = {},
): Promise<Reply> =>
  api.post(
    '/order/add',
    { customer_id: id, ...(expectedTotal === undefined ? {} : { expected_total: expectedTotal }) },
    key === undefined ? {} : { headers: { 'Idempotency-Key': key } },
  );

/** The same, and it must succeed. */
export async function checkOut(actor: Actor, options?: CheckoutOptions) {
  return expectReply(await tryCheckout(actor, options), 201, orderShape);
}

export const readOrder = async (api: Client, orderId: string) =>
  expectReply(await api.get(`/order/${orderId}`), 200, orderShape);

export const newKey = (): string => randomUUID();

/** The list may lag by five seconds: waits until it is as expected. @throws what `expectations` throws */
export const eventually = (expectations: () => Promise<void>): Promise<void> =>
  vi.waitFor(expectations, { timeout: 15_000, interval: 100 });

/** `count` times at once. */
export const atOnce = <T>(count: number, act: (index: number) => Promise<T>): Promise<T[]> =>
  Promise.all(Array.from({ length: count }, (_, index) => act(index)));
