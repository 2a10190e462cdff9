// Long: one table over every field of every operation, and the proof that none is left out.
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as z from 'zod/mini';
import { areas } from '../../../lib/openapi/areas.ts';
import { badBodyValues, badTextValues, missing } from '../../support/bad-values.ts';
import { newAccount, uniqueName } from '../../support/builders.ts';
import { type Client, outcomeOf, pathsOf, type Reply } from '../../support/client.ts';
import {
  type Actor,
  checkOut,
  openStorefront,
  putInCart,
  readCart,
  type Storefront,
} from '../../support/storefront.ts';

/** What the requests name: made once, and as it was at the end. */
interface World {
  shop: Storefront;
  guest: Actor;
  productId: string;
  orderId: string;
}

interface Operation {
  by: 'anyone' | 'admin' | 'guest';
  /** A body that would do something. */
  body?: (world: World) => Record<string, unknown>;
  bodyFields?: Record<string, keyof typeof badBodyValues>;
  params?: Record<string, keyof typeof badTextValues>;
  query?: Record<string, keyof typeof badTextValues>;
  headers?: Record<string, keyof typeof badTextValues>;
  /** What must be the same afterwards. */
  state?: (world: World) => Promise<unknown>;
}

const account = newAccount();
const mark = uniqueName('bad input');
/** No other test makes one at this price. */
const markedPrice = 87_654_321;

const productState = ({ shop, productId }: World) => shop.read(productId);
const cartState = async ({ shop, guest, productId }: World) => ({
  cart: await readCart(guest),
  product: await shop.read(productId),
});
const ordersState = async ({ shop, guest, productId }: World) => ({
  orders: (await guest.api.get('/order')).body,
  product: await shop.read(productId),
});
const markedProducts = async ({ shop }: World) =>
  (await shop.list()).filter(({ name, price }) => name === mark || price === markedPrice);

/** Every field of every request. A test below compares it with the contracts. */
const operations: Record<string, Operation> = {
  'POST /auth/register': {
    by: 'anyone',
    body: () => ({ ...account, role: 'USER' }),
    bodyFields: { email: 'email', password: 'newPassword', role: 'role' },
    headers: { 'bootstrap-secret': 'secret' },
    state: async ({ shop }) => outcomeOf(await shop.anyone.post('/auth/login', account)),
  },
  'POST /auth/login': {
    by: 'anyone',
    body: () => ({ ...account }),
    bodyFields: { email: 'email', password: 'password' },
  },
  'POST /customer/add': {
    by: 'anyone',
    body: () => ({ username: mark }),
    bodyFields: { username: 'username' },
  },
  'GET /product': { by: 'anyone', query: { limit: 'pageLimit', cursor: 'cursor' } },
  'GET /product/all': { by: 'anyone', query: { limit: 'pageLimit', cursor: 'cursor' } },
  'GET /product/{product_id}': { by: 'anyone', params: { product_id: 'id' } },
  'POST /product': {
    by: 'admin',
    body: () => ({ name: mark, stock: 1, price: markedPrice, stock_shards: 1, limit_per_customer: 1 }),
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
    body: () => ({ product_name: mark, stock: 1, price: markedPrice }),
    bodyFields: { product_name: 'productName', stock: 'units', price: 'optionalPrice' },
    state: markedProducts,
  },
  'POST /product/add-stock': {
    by: 'admin',
    body: ({ productId }) => ({ product_id: productId, stock: 1 }),
    bodyFields: { product_id: 'id', stock: 'moreUnits' },
    state: productState,
  },
  'PATCH /product/{product_id}': {
    by: 'admin',
    params: { product_id: 'id' },
    headers: { 'if-match': 'etag' },
    body: () => ({ name: mark, price: 2, active: false, limit_per_customer: 1, stock_shards: 9 }),
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
  'GET /cart/{customer_id}': { by: 'guest', params: { customer_id: 'id' } },
  'POST /cart/add': {
    by: 'guest',
    body: ({ guest, productId }) => ({ customer_id: guest.id, product_id: productId, quantity: 7 }),
    bodyFields: { customer_id: 'id', product_id: 'id', quantity: 'quantity' },
    state: cartState,
  },
  'POST /cart/remove': {
    by: 'guest',
    body: ({ guest, productId }) => ({ customer_id: guest.id, product_id: productId }),
    bodyFields: { customer_id: 'id', product_id: 'id' },
    state: cartState,
  },
  'POST /order/add': {
    by: 'guest',
    headers: { 'idempotency-key': 'idempotencyKey' },
    body: ({ guest }) => ({ customer_id: guest.id, expected_total: 2_500 }),
    bodyFields: { customer_id: 'id', expected_total: 'total' },
    state: cartState,
  },
  'POST /order': {
    by: 'guest',
    headers: { 'idempotency-key': 'idempotencyKey' },
    body: ({ productId }) => ({ items: [{ id: productId, quantity: 1 }] }),
    bodyFields: {
      items: 'items',
      'items.0.id': 'id',
      'items.0.quantity': 'quantity',
      'items.0.more': 'refused',
    },
    state: ordersState,
  },
  'GET /order': {
    by: 'guest',
    query: { status: 'status', customer_id: 'id', limit: 'pageLimit', cursor: 'cursor' },
  },
  'POST /order/{order_id}/cancel': { by: 'guest', params: { order_id: 'id' }, state: ordersState },
  'GET /order/{order_id}': { by: 'guest', params: { order_id: 'id' } },
  'GET /order/product/{product_id}': { by: 'anyone', params: { product_id: 'id' } },
  'GET /health': { by: 'anyone' },
  'GET /openapi.json': { by: 'anyone' },
};

let world: World;
beforeAll(async () => {
  const shop = await openStorefront();
  const guest = await shop.guest();
  const { id: productId } = await shop.product();
  await putInCart(guest, productId, 1);
  const { id: orderId } = await checkOut(guest);
  await putInCart(guest, productId, 2);
  world = { shop, guest, productId, orderId };
});

interface Bad {
  part: 'body' | 'params' | 'query' | 'headers';
  path: string;
  value: string;
}

function badRequests({ bodyFields = {}, params = {}, query = {}, headers = {} }: Operation): Bad[] {
  const texts = { params, query, headers };
  return [
    ...Object.entries(bodyFields).flatMap(([path, kind]) =>
      badBodyValues[kind].map((value) => ({ part: 'body', path, value }) as const),
    ),
    ...(['params', 'query', 'headers'] as const).flatMap((part) =>
      Object.entries(texts[part]).flatMap(([path, kind]) =>
        badTextValues[kind].map((value) => ({ part, path, value }) as const),
      ),
    ),
  ];
}

const clientOf = (operation: Operation): Client =>
  ({ anyone: world.shop.anyone, admin: world.shop.admin.api, guest: world.guest.api })[operation.by];

/** The operation's valid request, but for one field, or for a whole body in place of its own. */
function send(route: string, operation: Operation, bad?: Bad, wholeBody?: string): Promise<Reply> {
  const [method = '', template = ''] = route.split(' ');
  const path = template.replace(/\{(\w+)\}/, (_, name) =>
    encodeURIComponent(bad?.part === 'params' ? bad.value : paramOf(name)),
  );
  const query = bad?.part === 'query' ? `?${bad.path}=${encodeURIComponent(bad.value)}` : '';
  const headers = bad?.part === 'headers' ? { [bad.path]: bad.value } : {};
  const text = wholeBody ?? (operation.body && bodyText(operation.body(world), bad));
  const extras = text === undefined ? { headers } : { headers, text };
  return clientOf(operation).send(method, `${path}${query}`, undefined, extras);
}

const paramOf = (name: string): string =>
  ({ product_id: world.productId, customer_id: world.guest.id, order_id: world.orderId })[name] ?? '';

const placeholder = 'the bad value';

function bodyText(body: Record<string, unknown>, bad: Bad | undefined): string {
  if (bad?.part !== 'body') return JSON.stringify(body);
  const value = bad.value === missing ? undefined : placeholder;
  return JSON.stringify(replaced(body, bad.path.split('.'), value)).replace(
    `"${placeholder}"`,
    () => bad.value,
  );
}

/** A copy with another value at this path. */
function replaced(from: unknown, [name, ...rest]: readonly string[], value: unknown): unknown {
  if (name === undefined) return value;
  if (Array.isArray(from))
    return from.map((item, n) => (String(n) === name ? replaced(item, rest, value) : item));
  const fields = z.record(z.string(), z.unknown()).parse(from);
  return { ...fields, [name]: replaced(fields[name], rest, value) };
}

const named = (bad: Bad) => ({
  ...bad,
  shown: bad.value.length > 60 ? `${bad.value.length} characters` : bad.value,
});

/** For the tests of one `describe`: when all of them are through, nothing was written. */
function expectNothingWritten({ state }: Operation) {
  let before: unknown;
  beforeAll(async () => {
    before = await state?.(world);
  });
  afterAll(async () => {
    expect(await state?.(world), 'what is stored').toEqual(before);
  });
}

const entries = Object.entries(operations);

describe.each(entries.filter(([, operation]) => badRequests(operation).length > 0))(
  '%s',
  (route, operation) => {
    expectNothingWritten(operation);

    it.each(badRequests(operation).map(named))('refuses $path $shown in its $part', async (bad) => {
      const reply = await send(route, operation, bad);
      expect(outcomeOf(reply)).toEqual({ status: 422, code: 'invalid_request' });
      expect(pathsOf(reply)).toEqual([bad.path]);
    });
  },
);

describe.each(entries.filter(([, { body }]) => body !== undefined))('the body of %s', (route, operation) => {
  expectNothingWritten(operation);

  it.each(['[]', '[{}]', 'null', '1', 'true'])('refuses a body that is %s', async (whole) => {
    const reply = await send(route, operation, undefined, whole);
    expect(outcomeOf(reply)).toEqual({ status: 422, code: 'invalid_request' });
    expect(pathsOf(reply)).toEqual(['body']);
  });

  it('refuses a body that is a string', async () => {
    // serverless-offline takes the quotes off: then it is no JSON any more.
    expect([400, 422]).toContain((await send(route, operation, undefined, '"text"')).status);
  });

  it.each(['surplus', 'id', 'toString', 'hasOwnProperty', '', '💥'])(
    'refuses an unknown field %j',
    async (path) => {
      const reply = await send(route, operation, { part: 'body', path, value: '1' });
      expect(outcomeOf(reply)).toEqual({ status: 422, code: 'invalid_request' });
      expect(pathsOf(reply)).toEqual([path]);
    },
  );

  it('refuses 100,000 characters in any field of its body', async () => {
    for (const path of Object.keys(operation.bodyFields ?? {})) {
      const value = JSON.stringify('x'.repeat(100_000));
      const reply = await send(route, operation, { part: 'body', path, value });
      expect(outcomeOf(reply)).toEqual({ status: 413, code: 'body_too_large' });
    }
  });
});

describe('text that is fine', () => {
  const texts = [
    '🎉',
    '👩‍👩‍👧‍👦',
    'مرحبا',
    'é',
    '<script>',
    "'; DROP TABLE",
    '#/%',
    'null',
    '\u0000',
    '$&',
    '{}',
  ];

  it.each(texts)('is kept as it is: %j', async (text) => {
    const { shop } = world;
    const name = `${text}${randomUUID()}`;
    const { id } = await shop.product({ name });
    expect((await shop.read(id)).name).toBe(name);
    await shop.change(id, { name: `${name}2` });
    expect((await shop.read(id)).name).toBe(`${name}2`);
    const guest = await shop.anyone.post('/customer/add', { username: name });
    expect(guest.body).toMatchObject({ username: name });
    const password = `${text} password`;
    const email = newAccount().email;
    expect((await shop.anyone.post('/auth/register', { email, password })).status).toBe(201);
    expect((await shop.anyone.post('/auth/login', { email, password })).status).toBe(200);
  });

  it('may be 200 characters', async () => {
    const name = '🎉'.repeat(100);
    expect((await world.shop.product({ name })).name).toBe(name);
  });
});

describe('the table of requests', () => {
  it('has every route and every field of the contracts', () => {
    const objectShape = z.optional(z.object({ shape: z.record(z.string(), z.unknown()) }));
    // Of a field within a field the outermost name.
    const namesOf = (fields = {}) =>
      [...new Set(Object.keys(fields).map((path) => path.split('.')[0]))].sort();
    const fieldsOf = (schema: unknown) => namesOf(objectShape.parse(schema)?.shape);
    const expected = areas.flatMap(({ contracts }) =>
      contracts.flatMap(({ routes, request }) =>
        routes.map((route) => [
          route,
          {
            body: fieldsOf(request.body),
            params: fieldsOf(request.params),
            query: fieldsOf(request.query),
            headers: fieldsOf(request.headers),
          },
        ]),
      ),
    );
    const written = entries.map(([route, { bodyFields, params, query, headers }]) => [
      route,
      {
        body: namesOf(bodyFields),
        params: namesOf(params),
        query: namesOf(query),
        headers: namesOf(headers),
      },
    ]);
    expect(Object.fromEntries(written)).toEqual(Object.fromEntries(expected));
  });
});
