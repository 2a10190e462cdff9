import * as z from 'zod';
import { type ApiClient, ApiError, mapConcurrently } from './api-client.ts';

/** Demand for `hot` products exceeds their stock by far, `scarce` ones have few units, `regular` ones have plenty. */
export type Kind = 'hot' | 'scarce' | 'regular';

interface ProductPlan {
  readonly count: number;
  readonly stock: number;
  readonly shards: number;
}

/** The products and accounts that a load needs. */
export interface FixturePlan {
  readonly products: Readonly<Record<Kind, ProductPlan>>;
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

/** Products and accounts that were created for one load. */
export interface LoadFixtures {
  readonly adminToken: string;
  readonly products: readonly LoadProduct[];
  readonly customers: readonly Shopper[];
  readonly bots: readonly Shopper[];
}

const account = z.object({ id: z.uuid(), access_token: z.string() });
const login = z.object({ access_token: z.string() });
const product = z.object({ id: z.uuid() });

/** Keeps a local service busy without a burst on a deployed one. */
const concurrency = 16;

/**
 * Returns the token of an ADMIN. Without credentials, registers a new one, which only stage `local` allows.
 *
 * @throws {ApiError} `forbidden` if the target does not allow it
 */
export async function signInAsAdmin(api: ApiClient, credentials?: { email: string; password: string }) {
  if (credentials === undefined) {
    credentials = { email: `load-${crypto.randomUUID()}@example.com`, password: crypto.randomUUID() };
    await api.request(z.unknown(), 'POST', '/auth/register', { body: { ...credentials, role: 'ADMIN' } });
  }
  return (await api.request(login, 'POST', '/auth/login', { body: credentials })).access_token;
}

/** Signs up guests, no faster than the rate limit for one IP address allows. */
export async function signUpGuests(
  api: ApiClient,
  count: number,
  onProgress: (done: number) => void,
): Promise<Shopper[]> {
  let done = 0;
  return mapConcurrently(Array.from({ length: count }), concurrency, async () => {
    const guest = await api.request(account, 'POST', '/customer/add', { body: { username: 'load' } });
    done += 1;
    onProgress(done);
    return { id: guest.id, token: guest.access_token };
  });
}

/** Creates the planned products and adds each to `created`, so that the caller can delete them after a failure. */
export async function createProducts(
  api: ApiClient,
  adminToken: string,
  products: FixturePlan['products'],
  created: LoadProduct[],
): Promise<void> {
  for (const kind of ['hot', 'scarce', 'regular'] as const) {
    const { count, stock, shards } = products[kind];
    for (let n = 1; n <= count; n += 1) {
      const price = 1_000 + n;
      const body = { name: `Load test, ${kind} ${n}`, price, stock, stock_shards: shards };
      const { id } = await api.request(product, 'POST', '/product', { body, token: adminToken });
      created.push({ id, kind, supplied: stock, price });
    }
  }
}

/** Short, because an unavailable service would otherwise delay the exit by one timeout per product. */
const deleteTimeoutMs = 2_000;

/**
 * Deletes the products. Their orders remain.
 *
 * @throws {Unreachable | ApiError} if a product cannot be deleted
 */
export async function deleteProducts(
  api: ApiClient,
  adminToken: string,
  products: readonly LoadProduct[],
): Promise<void> {
  for (const { id } of products) {
    try {
      await api.request(z.unknown(), 'DELETE', `/product/${id}`, {
        token: adminToken,
        timeoutMs: deleteTimeoutMs,
      });
    } catch (error) {
      if (!(error instanceof ApiError && error.status === 404)) throw error;
    }
  }
}
