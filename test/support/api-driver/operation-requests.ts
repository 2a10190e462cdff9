// Long: one table of every request that there is, with a valid body for each.
import { randomInt } from 'node:crypto';
import { inject } from 'vitest';
import * as z from 'zod/mini';
import type { Product } from '../../../lib/products/product.ts';
import { createProductStore } from '../../../lib/products/product-store.ts';
import { tablePrefix } from '../../../localstack/tables.ts';
import { connect } from '../database/tables.ts';
import { type Actor, type ApiShop, checkOut, putInCart, readCart } from './api-driver.ts';
import type { badBodyValues, badTextValues } from './bad-values.ts';
import { type Client, expectReply, outcomeOf, type Reply } from './client.ts';
import { newAccount, uniqueName } from './request-bodies.ts';
import { accountShape } from './response-schemas.ts';

type Account = ReturnType<typeof newAccount>;

/** What the requests name: a customer with an order and a cart. */
export interface OperationFixture {
  readonly shop: ApiShop;
  readonly customer: Actor;
  readonly productId: string;
  readonly orderId: string;
  /** Belongs to nobody yet. */
  readonly account: Account;
  readonly registered: Account;
  /** What is made by a request of this world has this name or this price, and nothing else has. */
  readonly mark: string;
  readonly markedPrice: number;
}

/** For this customer an order of 1 unit and a cart with 2 and nothing else, at 1,250 each. */
export async function createOperationFixture(
  shop: ApiShop,
  customer: Actor,
  registered?: Account,
): Promise<OperationFixture> {
  const { id: productId } = await shop.product();
  for (const { product_id } of (await readCart(customer)).lines) {
    await customer.api.post('/cart/remove', { customer_id: customer.id, product_id });
  }
  await putInCart(customer, productId, 1);
  const { id: orderId } = await checkOut(customer);
  await putInCart(customer, productId, 2);
  return {
    shop,
    customer,
    productId,
    orderId,
    account: newAccount(),
    registered: registered ?? (await register(shop)),
    mark: uniqueName('marked'),
    markedPrice: randomInt(50_000_000, 99_999_999),
  };
}

async function register({ anyone }: ApiShop): Promise<Account> {
  const account = newAccount();
  expectReply(await anyone.post('/auth/register', account), 201, accountShape);
  return account;
}

export interface Operation {
  /** Who may send it: `customer` is the one of the world. */
  by: 'anyone' | 'admin' | 'customer';
  /** A body that does something. */
  body?: (world: OperationFixture) => Record<string, unknown>;
  bodyFields?: Record<string, keyof typeof badBodyValues>;
  params?: Record<string, keyof typeof badTextValues>;
  query?: Record<string, keyof typeof badTextValues>;
  headers?: Record<string, keyof typeof badTextValues>;
  /** What must be the same after a refusal. */
  state?: (world: OperationFixture) => Promise<unknown>;
}

const productState = ({ shop, productId }: OperationFixture) => shop.read(productId);

/** All that is the customer's, and the product that they buy. */
export const customerState = async ({ shop, customer, productId }: OperationFixture) => ({
  cart: await readCart(customer),
  orders: (await customer.api.get('/order')).body,
  product: await shop.read(productId),
});

/** As they are stored: the API's list may lag behind what a request has just done. */
async function markedProducts({ mark, markedPrice }: OperationFixture) {
  const documents = connect(inject('dynamodbEndpoint'));
  const store = createProductStore({ documents, table: `${await tablePrefix('local')}-products` });
  const marked: Product[] = [];
  let after: string | undefined;
  do {
    const { products, last } = await store.list(100, after);
    marked.push(...products.filter(({ name, price }) => name === mark || price === markedPrice));
    after = last;
  } while (after !== undefined);
  documents.destroy();
  return marked;
}

/** Every field of every request. `bad-input.test.ts` compares it with the contracts. */
export const operations: Record<string, Operation> = {
  'POST /auth/register': {
    by: 'anyone',
    body: ({ account }) => ({ ...account, role: 'USER' }),
    bodyFields: { email: 'email', password: 'newPassword', role: 'role' },
    headers: { 'bootstrap-secret': 'secret' },
    state: async ({ shop, account }) => outcomeOf(await shop.anyone.post('/auth/login', account)),
  },
  'POST /auth/login': {
    by: 'anyone',
    body: ({ registered }) => ({ ...registered }),
    bodyFields: { email: 'email', password: 'password' },
  },
  'POST /customer/add': {
    by: 'anyone',
    body: ({ mark }) => ({ username: mark }),
    bodyFields: { username: 'username' },
  },
  'GET /product': { by: 'anyone', query: { limit: 'pageLimit', cursor: 'cursor' } },
  'GET /product/all': { by: 'anyone', query: { limit: 'pageLimit', cursor: 'cursor' } },
  'GET /product/{product_id}': { by: 'anyone', params: { product_id: 'id' } },
  'POST /product': {
    by: 'admin',
    body: ({ mark, markedPrice }) => ({
      name: mark,
      stock: 1,
      price: markedPrice,
      stock_shards: 1,
      limit_per_customer: 1,
    }),
    headers: { 'idempotency-key': 'idempotencyKey' },
    bodyFields: {
      name: 'productName',
      stock: 'units',
      price: 'price',
      stock_shards: 'stockShards',
      limit_per_customer: 'limit',
    },
    state: markedProducts,
  },
  'POST /product/add': {
    by: 'admin',
    body: ({ mark, markedPrice }) => ({ product_name: mark, stock: 1, price: markedPrice }),
    headers: { 'idempotency-key': 'idempotencyKey' },
    bodyFields: { product_name: 'productName', stock: 'units', price: 'optionalPrice' },
    state: markedProducts,
  },
  'POST /product/add-stock': {
    by: 'admin',
    body: ({ productId }) => ({ product_id: productId, stock: 1 }),
    headers: { 'idempotency-key': 'idempotencyKey' },
    bodyFields: { product_id: 'id', stock: 'moreUnits' },
    state: productState,
  },
  'PATCH /product/{product_id}': {
    by: 'admin',
    params: { product_id: 'id' },
    headers: { 'if-match': 'etags' },
    body: ({ mark }) => ({ name: mark, price: 2, active: false, limit_per_customer: 1, stock_shards: 9 }),
    bodyFields: {
      name: 'changedName',
      price: 'optionalPrice',
      active: 'active',
      limit_per_customer: 'changedLimit',
      stock_shards: 'stockShards',
      stock: 'refused',
    },
    state: productState,
  },
  'DELETE /product/{product_id}': { by: 'admin', params: { product_id: 'id' }, state: productState },
  'GET /cart/{customer_id}': { by: 'customer', params: { customer_id: 'id' } },
  'POST /cart/add': {
    by: 'customer',
    body: ({ customer, productId }) => ({ customer_id: customer.id, product_id: productId, quantity: 7 }),
    bodyFields: { customer_id: 'id', product_id: 'id', quantity: 'quantity' },
    state: customerState,
  },
  'POST /cart/remove': {
    by: 'customer',
    body: ({ customer, productId }) => ({ customer_id: customer.id, product_id: productId }),
    bodyFields: { customer_id: 'id', product_id: 'id' },
    state: customerState,
  },
  'POST /order/add': {
    by: 'customer',
    headers: { 'idempotency-key': 'idempotencyKey' },
    body: ({ customer }) => ({ customer_id: customer.id, expected_total: 2_500 }),
    bodyFields: { customer_id: 'id', expected_total: 'total' },
    state: customerState,
  },
  'POST /order': {
    by: 'customer',
    headers: { 'idempotency-key': 'idempotencyKey' },
    body: ({ productId }) => ({ items: [{ id: productId, quantity: 1 }] }),
    bodyFields: {
      items: 'items',
      'items.0.id': 'id',
      'items.0.quantity': 'quantity',
      'items.0.more': 'refused',
    },
    state: customerState,
  },
  'GET /order': {
    by: 'customer',
    query: { status: 'status', customer_id: 'id', limit: 'pageLimit', cursor: 'cursor' },
  },
  'POST /order/{order_id}/cancel': { by: 'customer', params: { order_id: 'id' }, state: customerState },
  'GET /order/{order_id}': { by: 'customer', params: { order_id: 'id' } },
  'GET /order/product/{product_id}': { by: 'anyone', params: { product_id: 'id' } },
  'GET /health': { by: 'anyone' },
  'GET /openapi.json': { by: 'anyone' },
  'GET /docs': { by: 'anyone' },
  'GET /docs/page.js': { by: 'anyone' },
  'GET /docs/page.css': { by: 'anyone' },
};

export function operationOf(route: string): Operation {
  const operation = operations[route];
  if (operation === undefined) throw new Error(`${route} is missing in the table of operations`);
  return operation;
}

/** The client of whoever may send it. */
export const clientFor = ({ by }: Operation, { shop, customer }: OperationFixture): Client =>
  ({ anyone: shop.anyone, admin: shop.admin.api, customer: customer.api })[by];

interface Changes {
  readonly params?: Readonly<Record<string, string>>;
  /** As it stands in the URL, or by name. */
  readonly query?: string | Readonly<Record<string, string>>;
  readonly headers?: Readonly<Record<string, string>>;
  /** The whole body, in place of the valid one. */
  readonly text?: string | undefined;
}

/** The valid request of a route, but for these changes. */
export function send(
  api: Client,
  route: string,
  world: OperationFixture,
  changes: Changes = {},
): Promise<Reply> {
  const { params = {}, query = {}, headers = {}, text = validBody(route, world) } = changes;
  const [method = '', template = ''] = route.split(' ');
  const path = template.replace(/\{(\w+)\}/, (_, name) =>
    encodeURIComponent(params[name] ?? idOf(name, world)),
  );
  const search = `${new URLSearchParams(query)}`;
  return api.send(method, search === '' ? path : `${path}?${search}`, undefined, {
    headers,
    ...(text === undefined ? {} : { text }),
  });
}

/** The id that a request of this world gives where a field of this name is wanted. */
export function idOf(name: string, { customer, productId, orderId }: OperationFixture): string {
  const id = { product_id: productId, customer_id: customer.id, order_id: orderId }[name];
  if (id === undefined) throw new Error(`no ${name} in this world`);
  return id;
}

function validBody(route: string, world: OperationFixture): string | undefined {
  const body = operationOf(route).body?.(world);
  return body && JSON.stringify(body);
}

const placeholder = 'the other value';

/** The valid body with this JSON text at a path, which may be new; undefined takes the field out. */
export function bodyWith(
  route: string,
  world: OperationFixture,
  path: readonly string[],
  json: string | undefined,
): string {
  const body = operationOf(route).body?.(world) ?? {};
  const value = json === undefined ? undefined : placeholder;
  return JSON.stringify(replaced(body, path, value)).replace(`"${placeholder}"`, () => json ?? '');
}

function replaced(from: unknown, [name, ...rest]: readonly string[], value: unknown): unknown {
  if (name === undefined) return value;
  if (Array.isArray(from))
    return from.map((item, n) => (String(n) === name ? replaced(item, rest, value) : item));
  const fields = new Map(Object.entries(z.record(z.string(), z.unknown()).parse(from)));
  // A map, because assigning to `__proto__` of an object would set its prototype.
  fields.set(name, replaced(fields.get(name), rest, value));
  return Object.fromEntries(fields);
}
