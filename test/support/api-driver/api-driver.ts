import { randomUUID } from 'node:crypto';
import { vi } from 'vitest';
import { type ApiResponse, type Client, expectResponse, localClient } from './client.ts';
import { newAccount, newProduct, uniqueName } from './request-bodies.ts';
import {
  accountSchema,
  cartSchema,
  confirmedOrderSchema,
  guestSchema,
  productPageSchema,
  productSchema,
  productTotalSchema,
  tokenSchema,
} from './response-schemas.ts';

/** An account and a client that sends its token. */
export interface Actor {
  readonly id: string;
  readonly api: Client;
}

/** Registers an account with a password and logs it in. */
export async function signUp(
  api: Client,
  overrides: Parameters<typeof newAccount>[0] = {},
  extras: Parameters<Client['post']>[2] = {},
): Promise<Actor> {
  const account = newAccount(overrides);
  const { email, password } = account;
  const { id } = expectResponse(await api.post('/auth/register', account, extras), 201, accountSchema);
  const login = expectResponse(await api.post('/auth/login', { email, password }), 200, tokenSchema);
  return { id, api: api.as(login.access_token) };
}

/** Creates an ADMIN at stage `local` and a shop that it manages. */
export async function createLocalShop(): Promise<ApiShop> {
  const anyone = localClient();
  return createApiShop(anyone, await signUp(anyone, { role: 'ADMIN' }));
}

/** Drives a shop over HTTP. Every step throws unless it succeeds. */
export function createApiShop(anyone: Client, admin: Actor) {
  return {
    anyone,
    admin,

    async guest(): Promise<Actor> {
      const body = { username: uniqueName('guest') };
      const { id, access_token } = expectResponse(await anyone.post('/customer/add', body), 201, guestSchema);
      return { id, api: anyone.as(access_token) };
    },

    async product(overrides: Parameters<typeof newProduct>[0] = {}) {
      return expectResponse(await admin.api.post('/product', newProduct(overrides)), 201, productSchema);
    },

    async read(productId: string) {
      return expectResponse(await anyone.get(`/product/${productId}`), 200, productSchema);
    },

    async change(productId: string, change: object) {
      return expectResponse(await admin.api.patch(`/product/${productId}`, change), 200, productSchema);
    },

    async restock(productId: string, stock: number) {
      const body = { product_id: productId, stock };
      return expectResponse(await admin.api.post('/product/add-stock', body), 200, productSchema);
    },

    async remove(productId: string): Promise<void> {
      const { status } = await admin.api.delete(`/product/${productId}`);
      if (status !== 204) throw new Error(`DELETE /product/${productId} returned ${status}`);
    },

    /** Returns the units of the product in confirmed orders. */
    async total(productId: string): Promise<number> {
      const response = await anyone.get(`/order/product/${productId}`);
      return expectResponse(response, 200, productTotalSchema).total_quantity;
    },

    /** Reads every page of the product list. */
    async list(path = '/product', limit = 100) {
      const items = [];
      let cursor: string | null = null;
      do {
        const query: string = cursor === null ? '' : `&cursor=${encodeURIComponent(cursor)}`;
        const page = expectResponse(await anyone.get(`${path}?limit=${limit}${query}`), 200, productPageSchema);
        items.push(...page.items);
        cursor = page.next_cursor;
      } while (cursor !== null);
      return items;
    },
  };
}
export type ApiShop = ReturnType<typeof createApiShop>;

/** Sets the quantity of one product in the actor's cart. */
export async function putInCart({ id, api }: Actor, productId: string, quantity: number) {
  const line = { customer_id: id, product_id: productId, quantity };
  return expectResponse(await api.post('/cart/add', line), 200, cartSchema);
}

export async function readCart({ id, api }: Actor) {
  return expectResponse(await api.get(`/cart/${id}`), 200, cartSchema);
}

interface CheckoutOptions {
  readonly key?: string;
  readonly expectedTotal?: number;
}

/** Sends a checkout of the actor's cart and returns the response, whatever its status. */
export const tryCheckout = ({ id, api }: Actor, { key, expectedTotal }: CheckoutOptions = {}): Promise<ApiResponse> =>
  api.post(
    '/order/add',
    { customer_id: id, ...(expectedTotal === undefined ? {} : { expected_total: expectedTotal }) },
    key === undefined ? {} : { headers: { 'Idempotency-Key': key } },
  );

/** Checks out the actor's cart. @throws unless the order is confirmed */
export async function checkOut(actor: Actor, options?: CheckoutOptions) {
  return expectResponse(await tryCheckout(actor, options), 201, confirmedOrderSchema);
}

export const readOrder = async (api: Client, orderId: string) =>
  expectResponse(await api.get(`/order/${orderId}`), 200, confirmedOrderSchema);

export const newKey = (): string => randomUUID();

/** Retries the expectations for 15 s, because product lists may lag by five. @throws the last failure */
export const eventually = (expectations: () => Promise<void>): Promise<void> =>
  vi.waitFor(expectations, { timeout: 15_000, interval: 100 });

/** Runs the action `count` times in parallel. */
export const inParallel = <T>(count: number, act: (index: number) => Promise<T>): Promise<T[]> =>
  Promise.all(Array.from({ length: count }, (_, index) => act(index)));
