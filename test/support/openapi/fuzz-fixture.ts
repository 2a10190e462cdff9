import * as z from 'zod/mini';
import { type ApiShop, checkOut, createLocalShop, putInCart, signUp } from '../api-driver/api-driver.ts';
import type { Client } from '../api-driver/client.ts';
import { newAccount } from '../api-driver/request-bodies.ts';
import { submit } from '../api-driver/submitted-orders.ts';

/** Returns existing values for a field or parameter, by its name. */
export type KnownValues = (name: string) => readonly unknown[];

/** Callers and the data that their requests can refer to. */
export interface FuzzFixture {
  readonly callers: Readonly<Record<string, Client>>;
  readonly known: KnownValues;
  /** Puts a product into the customer's cart, so that a checkout can succeed. */
  fillCart(): Promise<void>;
}

/** Creates a shop. Each call of the returned function creates customers, carts and orders of its own. */
export async function createFuzzFixtures(): Promise<() => Promise<FuzzFixture>> {
  const shop = await createLocalShop();
  const account = newAccount();
  const registered = await signUp(shop.anyone, account);
  return () => createFuzzFixture(shop, account, registered.api);
}

async function createFuzzFixture(
  shop: ApiShop,
  account: ReturnType<typeof newAccount>,
  registered: Client,
): Promise<FuzzFixture> {
  const [customer, other] = [await shop.guest(), await shop.guest()];
  const plenty = await shop.product({ stock: 1_000_000 });
  const limited = await shop.product({ stock: 1_000_000, limit_per_customer: 2 });
  const none = await shop.product({ stock: 0 });
  const inactive = await shop.product();
  const deleted = await shop.product();
  await shop.change(inactive.id, { active: false });
  await shop.remove(deleted.id);

  const orderIds: string[] = [];
  for (const actor of [customer, customer, other]) {
    await putInCart(actor, plenty.id, 1);
    const { id } = await checkOut(actor);
    orderIds.push(id, (await submit(actor, plenty.id)).id);
  }
  await customer.api.post(`/order/${orderIds[0]}/cancel`);

  const products = [plenty, plenty, limited, none, inactive, deleted].map(({ id }) => id);
  const values: Readonly<Record<string, readonly unknown[]>> = {
    product_id: products,
    id: products,
    customer_id: [customer.id, customer.id, other.id],
    order_id: orderIds,
    quantity: [1, 2, 3],
    expected_total: [plenty.price],
    email: [account.email, account.email.toUpperCase()],
    password: [account.password],
    'Idempotency-Key': ['a', 'b', 'c'],
    'If-None-Match': ['*', 'W/"x"', '"1.1000000-0"', ''],
    'If-Match': ['*', '"1"', '"1.1000000-0"', '"2"'],
    stock_shards: [32],
  };
  return {
    callers: {
      'the customer': customer.api,
      'another customer': other.api,
      'an account': registered,
      'an ADMIN': shop.admin.api,
      'an anonymous caller': shop.anyone,
      'a caller with a bad token': shop.anyone.as('bad.token'),
    },
    known: (name) => values[name] ?? [],
    async fillCart() {
      await putInCart(customer, plenty.id, 1);
    },
  };
}

const page = z.object({ next_cursor: z.nullable(z.string()) });

/** Returns the cursor of the second page of a list. */
export async function cursorOf(api: Client, path: string): Promise<string> {
  const { next_cursor } = page.parse((await api.get(`${path}?limit=1`)).body);
  if (next_cursor === null) throw new Error(`GET ${path} has only one page`);
  return next_cursor;
}
