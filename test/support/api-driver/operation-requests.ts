// Long: one table of all operations, with a valid request for each.
import { randomInt } from 'node:crypto';
import { inject } from 'vitest';
import * as z from 'zod/mini';
import type { Product } from '../../../lib/products/product.ts';
import { createProductStore } from '../../../lib/products/product-store.ts';
import { tablePrefix } from '../../../localstack/tables.ts';
import { connect } from '../database/tables.ts';
import { type Actor, type ApiShop, checkOut, putInCart, readCart } from './api-driver.ts';
import type { badBodyValues, badTextValues } from './bad-values.ts';
import { type ApiResponse, type Client, expectResponse, outcomeOf } from './client.ts';
import { newAccount, uniqueName } from './request-bodies.ts';
import { accountSchema } from './response-schemas.ts';

type Account = ReturnType<typeof newAccount>;

/** The data that the requests refer to: a customer with an order and a cart. */
export interface OperationFixture {
  readonly shop: ApiShop;
  readonly customer: Actor;
  readonly productId: string;
  readonly orderId: string;
  /** Not registered yet. */
  readonly account: Account;
  readonly registered: Account;
  /** Name and price of the products that requests of this fixture create. No other product has them. */
  readonly mark: string;
  readonly markedPrice: number;
}

/**
 * Creates a product at 1,250, an order of 1 unit of it, and a cart of the customer that holds 2 units of it.
 */
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
  expectResponse(await anyone.post('/auth/register', account), 201, accountSchema);
  return account;
}

export interface Operation {
  /** The caller that is allowed to send it; `customer` is the customer of the fixture. */
  by: 'anyone' | 'admin' | 'customer';
  /** Returns a valid body. */
  body?: (fixture: OperationFixture) => Record<string, unknown>;
  bodyFields?: Record<string, keyof typeof badBodyValues>;
  params?: Record<string, keyof typeof badTextValues>;
  query?: Record<string, keyof typeof badTextValues>;
  headers?: Record<string, keyof typeof badTextValues>;
  /** Reads the state that a failed request must not change. */
  state?: (fixture: OperationFixture) => Promise<unknown>;
}

const productState = ({ shop, productId }: OperationFixture) => shop.read(productId);

/** Reads the customer's cart and orders, and the product in them. */
export const customerState = async ({ shop, customer, productId }: OperationFixture) => ({
  cart: await readCart(customer),
  orders: (await customer.api.get('/order')).body,
  product: await shop.read(productId),
});

/** Reads from the database, because the API's list may lag behind a request. */
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

/** All operations and the kind of each field. `bad-input.test.ts` compares the table with the contracts. */
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
      stock: 'forbidden',
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
      'items.0.more': 'forbidden',
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
  if (operation === undefined) throw new Error(`${route} is missing in the table \`operations\``);
  return operation;
}

/** Returns a client that is allowed to send the operation. */
export const clientFor = ({ by }: Operation, { shop, customer }: OperationFixture): Client =>
  ({ anyone: shop.anyone, admin: shop.admin.api, customer: customer.api })[by];

interface Changes {
  readonly params?: Readonly<Record<string, string>>;
  /** The raw query string, or parameters by name. */
  readonly query?: string | Readonly<Record<string, string>>;
  readonly headers?: Readonly<Record<string, string>>;
  /** Replaces the whole valid body. */
  readonly text?: string | undefined;
}

/** Sends the valid request of a route, with changes. */
export function send(
  api: Client,
  route: string,
  fixture: OperationFixture,
  changes: Changes = {},
): Promise<ApiResponse> {
  const { params = {}, query = {}, headers = {}, text = validBody(route, fixture) } = changes;
  const [method = '', template = ''] = route.split(' ');
  const path = template.replace(/\{(\w+)\}/, (_, name) => encodeURIComponent(params[name] ?? idOf(name, fixture)));
  const search = `${new URLSearchParams(query)}`;
  return api.send(method, search === '' ? path : `${path}?${search}`, undefined, {
    headers,
    ...(text === undefined ? {} : { text }),
  });
}

/** Returns the id of the fixture for a field or parameter. */
export function idOf(name: string, { customer, productId, orderId }: OperationFixture): string {
  const id = { product_id: productId, customer_id: customer.id, order_id: orderId }[name];
  if (id === undefined) throw new Error(`The fixture has no ${name}`);
  return id;
}

function validBody(route: string, fixture: OperationFixture): string | undefined {
  const body = operationOf(route).body?.(fixture);
  return body && JSON.stringify(body);
}

const placeholder = 'the other value';

/** Returns the valid body with this JSON text at a path, which may be new. Undefined removes the field. */
export function bodyWith(
  route: string,
  fixture: OperationFixture,
  path: readonly string[],
  json: string | undefined,
): string {
  const body = operationOf(route).body?.(fixture) ?? {};
  const value = json === undefined ? undefined : placeholder;
  return JSON.stringify(replaced(body, path, value)).replace(`"${placeholder}"`, () => json ?? '');
}

function replaced(from: unknown, [name, ...rest]: readonly string[], value: unknown): unknown {
  if (name === undefined) return value;
  if (Array.isArray(from)) return from.map((item, n) => (String(n) === name ? replaced(item, rest, value) : item));
  const fields = new Map(Object.entries(z.record(z.string(), z.unknown()).parse(from)));
  // A map, because assigning to `__proto__` would set the prototype.
  fields.set(name, replaced(fields.get(name), rest, value));
  return Object.fromEntries(fields);
}
