// Long: one table of requests that provoke the documented error codes.
import { randomUUID } from 'node:crypto';
import type { ErrorCode } from '../../../lib/errors.ts';
import { possibleErrors } from '../../../lib/http/possible-errors.ts';
import { byRoute } from '../openapi/contracts.ts';
import { type ApiShop, newKey, putInCart, tryCheckout } from './api-driver.ts';
import type { ApiResponse } from './client.ts';
import { bodyWith, clientFor, type OperationFixture, operationOf, send } from './operation-requests.ts';
import { newAccount } from './request-bodies.ts';
import { trySubmit } from './submitted-orders.ts';

type Route = (typeof byRoute)[number];
type Provoke = (fixture: OperationFixture, route: string) => Promise<ApiResponse>;

/** Codes that need an injected fault, and the tests that inject it. */
const elsewhere: Partial<Record<ErrorCode, string>> = {
  contention: 'test/integration: injected conflicts, which DynamoDB Local lacks',
  internal: 'test/api/security/disclosure.test.ts: corrupt items in the database',
  rate_limited: 'test/api/security/rate-limits.test.ts, login-limits.test.ts: low limits; not for register',
  unavailable: 'test/api/security/disclosure.test.ts: a broken database link, for every route',
};

const sendAllowed: (changes: Parameters<typeof send>[3]) => Provoke = (changes) => (fixture, route) =>
  send(clientFor(operationOf(route), fixture), route, fixture, changes);
const json = { 'Content-Type': 'application/json' };

/** Requests that provoke a code in any operation. */
const common: Partial<Record<ErrorCode, Provoke>> = {
  unauthenticated: (fixture, route) => send(fixture.shop.anyone.as('bad.token'), route, fixture),
  forbidden: async (fixture, route) => {
    const { api } = operationOf(route).by === 'admin' ? fixture.customer : await fixture.shop.guest();
    return send(api, route, fixture);
  },
  malformed_json: sendAllowed({ text: '{' }),
  unsupported_media_type: sendAllowed({ headers: { 'Content-Type': 'text/plain' } }),
  body_too_large: sendAllowed({ text: JSON.stringify('x'.repeat(70_000)), headers: json }),
  invalid_request: (fixture, route) => {
    const { body, params, query } = operationOf(route);
    if (body !== undefined) return sendAllowed({ text: '[]' })(fixture, route);
    if (params === undefined) return sendAllowed({ query: { limit: '0' } })(fixture, route);
    return sendAllowed({
      params: Object.fromEntries(Object.keys({ ...params, ...query }).map((name) => [name, 'x'])),
    })(fixture, route);
  },
  product_not_found: (fixture, route) => {
    const { params, bodyFields = {} } = operationOf(route);
    const id = randomUUID();
    if (params !== undefined) return sendAllowed({ params: { product_id: id } })(fixture, route);
    const field = 'product_id' in bodyFields ? 'product_id' : 'items.0.id';
    return sendAllowed({ text: bodyWith(route, fixture, field.split('.'), JSON.stringify(id)) })(fixture, route);
  },
  order_not_found: sendAllowed({ params: { order_id: randomUUID() } }),
};

const putNewProductInCart = async (
  { shop, customer }: OperationFixture,
  product: Parameters<ApiShop['product']>[0],
  quantity: number,
) => {
  const { id } = await shop.product(product);
  await putInCart(customer, id, quantity);
  return id;
};

/** Sends two different requests with the same Idempotency-Key. */
const keyedTwice =
  (field: string, other: string): Provoke =>
  async (fixture, route) => {
    const headers = { 'Idempotency-Key': newKey() };
    await sendAllowed({ headers })(fixture, route);
    return sendAllowed({ headers, text: bodyWith(route, fixture, [field], other) })(fixture, route);
  };

/** Requests that provoke a code in one operation, by `operationId code`. */
export const ownRequests: Readonly<Record<string, Provoke>> = {
  'register email_taken': ({ shop, registered }) => shop.anyone.post('/auth/register', registered),
  'register forbidden': ({ shop }) => shop.anyone.post('/auth/register', newAccount({ role: 'ADMIN' })),
  'login invalid_credentials': ({ shop, registered: { email } }) =>
    shop.anyone.post('/auth/login', { email, password: 'another one' }),
  'createProduct idempotency_key_reused': keyedTwice('stock', '2'),
  'addProduct idempotency_key_reused': keyedTwice('stock', '2'),
  'addStock idempotency_key_reused': keyedTwice('stock', '2'),
  'updateProduct version_mismatch': sendAllowed({ headers: { 'If-Match': '"999.0-0"' } }),
  'addToCart product_unavailable': async (fixture, route) => {
    await fixture.shop.change(fixture.productId, { active: false });
    return send(fixture.customer.api, route, fixture);
  },
  'addToCart cart_full': async (fixture, route) => {
    const { id: other } = await fixture.shop.product();
    for (let count = 0; count < 49; count++) await putNewProductInCart(fixture, {}, 1);
    return send(fixture.customer.api, route, { ...fixture, productId: other });
  },
  'listOrders forbidden': sendAllowed({ query: { customer_id: randomUUID() } }),
  'cancelOrder order_not_cancellable': async (fixture, route) => {
    await send(fixture.customer.api, route, fixture);
    return send(fixture.customer.api, route, fixture);
  },
  'checkout cart_empty': async ({ shop }) => tryCheckout(await shop.guest()),
  'checkout limit_exceeded': async (fixture) => {
    await putNewProductInCart(fixture, { limit_per_customer: 1 }, 2);
    return tryCheckout(fixture.customer);
  },
  'checkout out_of_stock': async (fixture) => {
    await putNewProductInCart(fixture, { stock: 1 }, 2);
    return tryCheckout(fixture.customer);
  },
  'checkout price_changed': ({ customer }) => tryCheckout(customer, { expectedTotal: 1 }),
  'checkout product_unavailable': async (fixture) => {
    const id = await putNewProductInCart(fixture, {}, 1);
    await fixture.shop.change(id, { active: false });
    return tryCheckout(fixture.customer);
  },
  'checkout idempotency_key_reused': async ({ customer }) => {
    const key = newKey();
    await tryCheckout(customer, { key });
    return tryCheckout(customer, { key, expectedTotal: 1 });
  },
  'submitOrder limit_exceeded': async ({ shop, customer }) =>
    trySubmit(customer, (await shop.product({ limit_per_customer: 1 })).id, 2),
  'submitOrder out_of_stock': async ({ shop, customer }) =>
    trySubmit(customer, (await shop.product({ stock: 1 })).id, 2),
  'submitOrder product_unavailable': async ({ shop, customer }) => {
    const { id } = await shop.product();
    await shop.change(id, { active: false });
    return trySubmit(customer, id);
  },
  'submitOrder idempotency_key_reused': async ({ customer, productId }) => {
    const key = newKey();
    await trySubmit(customer, productId, 1, { key });
    return trySubmit(customer, productId, 2, { key });
  },
};

/** Excludes bodies of GET requests, which `fetch` cannot send; see `gateway.test.ts`. */
const isProvoked = ({ route }: Route, code: ErrorCode): boolean =>
  elsewhere[code] === undefined && !(code === 'body_too_large' && route.startsWith('GET '));

/** Every route with each code that it documents and that a request can provoke. */
export const provokedErrors = byRoute.flatMap((contract) =>
  possibleErrors(contract)
    .filter((code) => isProvoked(contract, code))
    .map((code) => ({ route: contract.route, operation: contract.operation, code })),
);

type ProvokedError = (typeof provokedErrors)[number];

/** Sends the request that provokes the code. @throws {Error} if there is none */
export function provoke({ route, operation, code }: ProvokedError, fixture: OperationFixture): Promise<ApiResponse> {
  const request = ownRequests[`${operation} ${code}`] ?? common[code];
  if (request === undefined) throw new Error(`No request provokes ${code}; add one to \`common\` or \`ownRequests\``);
  return request(fixture, route);
}
