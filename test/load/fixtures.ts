import * as z from 'zod';
import { type ApiClient, ApiError, eachOf } from './api-client.ts';

/** Shoppers want far more of `hot` than there is, of `scarce` there are ten units each, `shelf` is the rest. */
export type Kind = 'hot' | 'scarce' | 'shelf';

interface Assortment {
  readonly count: number;
  readonly stock: number;
  readonly shards: number;
}

/** What a load needs in the store before it begins. */
export interface FixturePlan {
  readonly products: Readonly<Record<Kind, Assortment>>;
  readonly customers: number;
  readonly bots: number;
}

export interface LoadProduct {
  readonly id: string;
  readonly kind: Kind;
  readonly supplied: number;
  readonly price: number;
}

export interface Shopper {
  readonly id: string;
  readonly token: string;
}

/** Products and accounts of one load, and of nothing else. */
export interface LoadFixtures {
  readonly adminToken: string;
  readonly products: readonly LoadProduct[];
  readonly customers: readonly Shopper[];
  readonly bots: readonly Shopper[];
}

const account = z.object({ id: z.uuid(), access_token: z.string() });
const login = z.object({ access_token: z.string() });
const product = z.object({ id: z.uuid() });

/** Enough to keep a store of one process busy, and no burst for a deployed one. */
const atOnce = 16;

/**
 * An ADMIN's token: by the credentials given, else by registering one, which stage `local` allows.
 *
 * @throws {ApiError} `forbidden` where neither is possible
 */
export async function signInAsAdmin(store: ApiClient, credentials?: { email: string; password: string }) {
  if (credentials === undefined) {
    credentials = { email: `load-${crypto.randomUUID()}@example.com`, password: crypto.randomUUID() };
    await store.request(z.unknown(), 'POST', '/auth/register', { body: { ...credentials, role: 'ADMIN' } });
  }
  return (await store.request(login, 'POST', '/auth/login', { body: credentials })).access_token;
}

/** Signs guests up, as many as the store's limits let one address. */
export async function signUpGuests(
  store: ApiClient,
  count: number,
  onProgress: (done: number) => void,
): Promise<Shopper[]> {
  let done = 0;
  return eachOf(Array.from({ length: count }), atOnce, async () => {
    const guest = await store.request(account, 'POST', '/customer/add', { body: { username: 'load' } });
    done += 1;
    onProgress(done);
    return { id: guest.id, token: guest.access_token };
  });
}

/** Puts the products of a plan on sale, and each into `made` as soon as it is there. */
export async function stockUp(
  store: ApiClient,
  adminToken: string,
  products: FixturePlan['products'],
  made: LoadProduct[],
): Promise<void> {
  for (const kind of ['hot', 'scarce', 'shelf'] as const) {
    const { count, stock, shards } = products[kind];
    for (let n = 1; n <= count; n += 1) {
      const price = 1_000 + n;
      const body = { name: `Load test, ${kind} ${n}`, price, stock, stock_shards: shards };
      const { id } = await store.request(product, 'POST', '/product', { body, token: adminToken });
      made.push({ id, kind, supplied: stock, price });
    }
  }
}

/** A store that has died is not waited for, product after product. */
const clearTimeoutMs = 2_000;

/**
 * Takes the products off sale again. What was ordered of them stays in its orders.
 *
 * @throws {Unreachable | ApiError} at the first one that cannot be
 */
export async function clearShelves(
  store: ApiClient,
  adminToken: string,
  products: readonly LoadProduct[],
): Promise<void> {
  for (const { id } of products) {
    try {
      await store.request(z.unknown(), 'DELETE', `/product/${id}`, {
        token: adminToken,
        timeoutMs: clearTimeoutMs,
      });
    } catch (error) {
      if (!(error instanceof ApiError && error.status === 404)) throw error;
    }
  }
}
