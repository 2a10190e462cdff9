// Long: one table of requests that a gateway may handle before they reach a function.
import { gzipSync } from 'node:zlib';
import * as z from 'zod/mini';
import { rawRequest } from './raw-http.ts';

type Headers = readonly (readonly [string, string])[];

/** The URL of a deployment and the data that the requests refer to. */
export interface GatewayFixture {
  readonly url: string;
  readonly admin: Headers;
  readonly customer: Headers;
  readonly customerId: string;
  readonly productId: string;
  /** The current ETag of the product. */
  readonly etag: string;
}

interface Sent {
  readonly method: string;
  readonly path: string;
  readonly headers?: Headers;
  readonly body?: string | Uint8Array;
}

interface ExpectedResponse {
  readonly status: number;
  /** The code of the problem; undefined if the body is not checked. */
  readonly code?: string | undefined;
  /** By lower-case name; undefined for a header that must be absent. */
  readonly headers?: Readonly<Record<string, string | undefined>>;
}

/** A request and the response that every deployment of the API must return. */
export interface GatewayCase {
  readonly name: string;
  readonly request: (fixture: GatewayFixture) => Sent;
  readonly expected: ExpectedResponse;
}

const json = ['Content-Type', 'application/json'] as const;
const kilobytes = (count: number) => 'x'.repeat(count * 1_024);
const notFound = { status: 404, code: 'route_not_found' };
const only = (allow: string) => ({ status: 405, code: 'method_not_allowed', headers: { allow } });
/** A response to HEAD has no body and therefore no code. */
const onlyWithoutBody = (allow: string) => ({
  status: 405,
  headers: { allow, 'content-type': 'application/problem+json' },
});
const invalid = { status: 422, code: 'invalid_request' };
const unsupported = { status: 415, code: 'unsupported_media_type' };

const guest = (headers: Headers, body: string | Uint8Array) => () => ({
  method: 'POST',
  path: '/customer/add',
  headers,
  body,
});
const plain =
  (method: string, path: string, headers: Headers = [], body: string | Uint8Array = '') =>
  () => ({ method, path, headers, body });

const methods: readonly GatewayCase[] = [
  { name: 'HEAD of a list', request: plain('HEAD', '/product'), expected: onlyWithoutBody('GET, POST') },
  {
    name: 'HEAD of a product',
    request: ({ productId }) => ({ method: 'HEAD', path: `/product/${productId}` }),
    expected: onlyWithoutBody('DELETE, GET, PATCH'),
  },
  { name: 'HEAD of an unknown path', request: plain('HEAD', '/nowhere'), expected: { status: 404 } },
  { name: 'PUT on a path without PUT', request: plain('PUT', '/product'), expected: only('GET, POST') },
  {
    name: 'PUT on a path that matches a template',
    request: plain('PUT', '/product/all'),
    expected: only('DELETE, GET, PATCH'),
  },
  { name: 'GET on a path with POST only', request: plain('GET', '/auth/login'), expected: only('POST') },
  {
    name: 'PATCH on a path that matches two templates',
    request: plain('PATCH', '/cart/add'),
    expected: only('GET, POST'),
  },
  { name: 'OPTIONS', request: plain('OPTIONS', '/product'), expected: only('GET, POST') },
  {
    name: 'OPTIONS without Access-Control-Request-Method',
    request: plain('OPTIONS', '/health', [['Origin', 'https://shop.example']]),
    expected: only('GET'),
  },
  { name: 'OPTIONS of an unknown path', request: plain('OPTIONS', '/nowhere'), expected: notFound },
  {
    name: 'a CORS preflight',
    request: plain('OPTIONS', '/order/add', [
      ['Origin', 'https://shop.example'],
      ['Access-Control-Request-Method', 'POST'],
      ['Access-Control-Request-Headers', 'authorization'],
    ]),
    expected: { status: 204, headers: { 'access-control-allow-methods': 'GET,POST,PATCH,DELETE' } },
  },
];

const paths: readonly GatewayCase[] = [
  ...['/product/', '/health/', '/product//', '//product', '/product//all', '/product\\all', '/PRODUCT', '/'].map(
    (path) => ({
      name: `GET ${path}`,
      request: plain('GET', path),
      expected: notFound,
    }),
  ),
  ...['/', '//', '/.', '/./'].map((end) => ({
    name: `DELETE of a product with a trailing ${end}`,
    request: ({ admin, productId }: GatewayFixture) => ({
      method: 'DELETE',
      path: `/product/${productId}${end}`,
      headers: admin,
    }),
    expected: notFound,
  })),
  {
    name: 'POST /order/',
    request: ({ customer, productId }) => ({
      method: 'POST',
      path: '/order/',
      headers: [...customer, json],
      body: JSON.stringify({ items: [{ id: productId, quantity: 1 }] }),
    }),
    expected: notFound,
  },
  {
    name: 'an empty path parameter',
    request: ({ customer }) => ({ method: 'POST', path: '/order//cancel', headers: customer }),
    expected: notFound,
  },
  {
    name: 'a query parameter given twice, first empty',
    request: plain('GET', '/product?limit=&limit=5'),
    expected: invalid,
  },
];

const bodies: readonly GatewayCase[] = [
  { name: 'a body without Content-Type', request: guest([], '{"username":"x"}'), expected: unsupported },
  {
    name: 'an invalid Content-Type',
    request: guest([['Content-Type', 'json']], '{"username":"x"}'),
    expected: unsupported,
  },
  {
    name: 'no body and no Content-Type',
    request: guest([], ''),
    expected: unsupported,
  },
  {
    name: 'an empty body',
    request: guest([json], ''),
    expected: { status: 400, code: 'malformed_json' },
  },
  ...['0', 'false', 'null', '"text"', '[]'].map((body) => ({
    name: `the JSON text ${body}`,
    request: guest([json], body),
    expected: invalid,
  })),
  {
    name: 'a JSON Content-Type other than application/json',
    request: guest([['Content-Type', 'application/merge-patch+json']], '{"name":"x"}'),
    expected: invalid,
  },
  { name: 'GET with a small body', request: plain('GET', '/health', [], 'x'), expected: { status: 200 } },
  {
    name: 'GET with more than 64 KB',
    request: plain('GET', '/health', [], kilobytes(70)),
    expected: { status: 413, code: 'body_too_large' },
  },
  {
    name: 'more than 64 KB on an unknown path',
    request: plain('PUT', '/nowhere', [], kilobytes(70)),
    expected: { status: 413, code: 'body_too_large' },
  },
  {
    name: 'Expect: 100-continue',
    request: guest([json, ['Expect', '100-continue']], '{"name":"x"}'),
    expected: invalid,
  },
];

const headers: readonly GatewayCase[] = [
  {
    name: 'a Range header',
    request: plain('GET', '/health', [['Range', 'bytes=0-3']]),
    expected: { status: 200, headers: { 'content-range': undefined } },
  },
  {
    name: 'an unsupported Accept-Encoding',
    request: plain('GET', '/openapi.json', [['Accept-Encoding', 'deflate']]),
    expected: { status: 200, headers: { 'content-encoding': undefined } },
  },
  {
    name: 'an error of more than a kilobyte with Accept-Encoding: gzip',
    request: guest(
      [json, ['Accept-Encoding', 'gzip']],
      JSON.stringify(Object.fromEntries(Array.from({ length: 99 }, (_, n) => [`field${n}`, n]))),
    ),
    expected: { ...invalid, headers: { 'content-encoding': undefined } },
  },
  {
    name: 'malformed cookies',
    request: plain('GET', '/health', [['Cookie', 'a b; =;"']]),
    expected: { status: 200 },
  },
  {
    name: 'two If-None-Match headers, the first of which matches',
    request: ({ productId, etag }) => ({
      method: 'GET',
      path: `/product/${productId}`,
      headers: [
        ['If-None-Match', etag],
        ['If-None-Match', '"other"'],
      ],
    }),
    expected: { status: 304 },
  },
  {
    name: 'two Authorization headers, the last of which is valid',
    request: ({ admin, productId }) => ({
      method: 'DELETE',
      path: `/product/${productId}`,
      headers: [['Authorization', 'Bearer wrong'], ...admin],
    }),
    expected: { status: 401, code: 'unauthenticated' },
  },
  {
    name: 'two Idempotency-Key headers',
    request: (fixture) =>
      checkout(fixture, [
        ['Idempotency-Key', 'first'],
        ['Idempotency-Key', 'second'],
      ]),
    expected: invalid,
  },
  {
    name: 'a query parameter given twice',
    request: () => ({ method: 'GET', path: '/product?limit=1&limit=1' }),
    expected: invalid,
  },
  {
    name: 'a body in Latin-1',
    request: guest([json], Buffer.from('{"username":"Caf\xe9"}', 'latin1')),
    expected: { status: 400, code: 'malformed_json' },
  },
  {
    name: 'a charset other than UTF-8',
    request: guest(
      [['Content-Type', 'application/json; charset=iso-8859-1']],
      Buffer.from('{"username":"Caf\xe9"}', 'latin1'),
    ),
    expected: unsupported,
  },
  {
    name: 'a compressed body',
    request: guest([json, ['Content-Encoding', 'gzip']], gzipSync('{"username":"zipped"}')),
    expected: unsupported,
  },
  {
    name: 'UTF-8 beyond the basic multilingual plane',
    request: guest([['Content-Type', 'application/json; charset="UTF-8"']], '{"username":"😀 Zoë"}'),
    expected: { status: 201 },
  },
];

const checkout = ({ customer, customerId }: GatewayFixture, keys: Headers): Sent => ({
  method: 'POST',
  path: '/order/add',
  headers: [...customer, json, ...keys],
  body: JSON.stringify({ customer_id: customerId }),
});

export const gatewayCases: readonly GatewayCase[] = [...methods, ...paths, ...bodies, ...headers];

const send = ({ url }: GatewayFixture, { method, path, headers = [], body = '' }: Sent) =>
  rawRequest(url, method, path, headers, body);

const created = z.object({ id: z.string(), access_token: z.optional(z.string()) });

/** Creates a product and a customer at the URL. @param adminToken token of an ADMIN of that deployment */
export async function createGatewayFixture(url: string, adminToken: string): Promise<GatewayFixture> {
  const admin: Headers = [['Authorization', `Bearer ${adminToken}`]];
  const add = async (path: string, body: object) => {
    const response = await rawRequest(url, 'POST', path, [...admin, json], JSON.stringify(body));
    return created.parse(JSON.parse(response.body));
  };
  const { id: productId } = await add('/product', { name: 'gateway', stock: 9, price: 1 });
  const { id: customerId, access_token } = await add('/customer/add', { username: 'gateway' });
  const shown = await rawRequest(url, 'GET', `/product/${productId}`);
  const etag = headerIn(shown.headers, 'etag') ?? '';
  return { url, admin, customer: [['Authorization', `Bearer ${access_token}`]], customerId, productId, etag };
}

/**
 * Sends the request and returns the parts of the response that the case specifies, and what the request
 * changed.
 */
export async function responseTo(fixture: GatewayFixture, { request, expected }: GatewayCase) {
  const earlier = await stateOf(fixture);
  const response = await send(fixture, request(fixture));
  const changed = (await stateOf(fixture)) === earlier ? [] : ['the product or the orders'];
  const names = Object.keys(expected.headers ?? {});
  return {
    status: response.status,
    code: expected.code === undefined ? undefined : codeOf(response.body),
    headers: Object.fromEntries(names.map((name) => [name, headerIn(response.headers, name)])),
    changed,
  };
}

/** Returns the expected response in the form of `responseTo`. */
export const expectedResponse = ({ expected: { status, code, headers = {} } }: GatewayCase) => ({
  status,
  code,
  headers,
  changed: [],
});

async function stateOf(fixture: GatewayFixture): Promise<string> {
  const { customer, productId } = fixture;
  const product = await send(fixture, { method: 'GET', path: `/product/${productId}` });
  const orders = await send(fixture, { method: 'GET', path: '/order', headers: customer });
  return `${product.status} ${product.body} ${orders.body}`;
}

const problem = z.object({ code: z.string() });

const codeOf = (body: string) => (body === '' ? undefined : problem.parse(JSON.parse(body)).code);

function headerIn(rawHeaders: readonly string[], name: string): string | undefined {
  const at = rawHeaders.findIndex((text, index) => index % 2 === 0 && text.toLowerCase() === name);
  return at === -1 ? undefined : rawHeaders[at + 1];
}
