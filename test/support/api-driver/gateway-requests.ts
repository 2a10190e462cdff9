// Long: one table of requests that a gateway between client and function may answer in its own way.
import { gzipSync } from 'node:zlib';
import * as z from 'zod/mini';
import { rawRequest } from './raw-http.ts';

type Headers = readonly (readonly [string, string])[];

/** Where the requests go, and what they name there. */
export interface GatewayWorld {
  readonly url: string;
  readonly admin: Headers;
  readonly customer: Headers;
  readonly customerId: string;
  readonly productId: string;
  /** Of the product as it is. */
  readonly etag: string;
}

interface Sent {
  readonly method: string;
  readonly path: string;
  readonly headers?: Headers;
  readonly body?: string | Uint8Array;
}

interface Answer {
  readonly status: number;
  /** Of a problem; undefined where there is no body. */
  readonly code?: string | undefined;
  /** By their names in lower case; undefined for one that must not be there. */
  readonly headers?: Readonly<Record<string, string | undefined>>;
}

/** A request, and the answer that each place which serves this API gives to it. */
export interface GatewayRow {
  readonly name: string;
  /** What is sent first, and changes something. */
  readonly before?: (world: GatewayWorld) => readonly Sent[];
  readonly request: (world: GatewayWorld) => Sent;
  readonly answer: Answer;
}

const json = ['Content-Type', 'application/json'] as const;
const kilobytes = (count: number) => 'x'.repeat(count * 1_024);
const notFound = { status: 404, code: 'route_not_found' };
const only = (allow: string) => ({ status: 405, code: 'method_not_allowed', headers: { allow } });
/** The reply to HEAD has no body to take a code from. */
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

const methods: readonly GatewayRow[] = [
  { name: 'HEAD of a list', request: plain('HEAD', '/product'), answer: onlyWithoutBody('GET, POST') },
  {
    name: 'HEAD of a product',
    request: ({ productId }) => ({ method: 'HEAD', path: `/product/${productId}` }),
    answer: onlyWithoutBody('DELETE, GET, PATCH'),
  },
  { name: 'HEAD of an unknown path', request: plain('HEAD', '/nowhere'), answer: { status: 404 } },
  { name: 'a method of another path', request: plain('PUT', '/product'), answer: only('GET, POST') },
  {
    name: 'a method that no path has',
    request: plain('PUT', '/product/all'),
    answer: only('DELETE, GET, PATCH'),
  },
  { name: 'GET where there is POST alone', request: plain('GET', '/auth/login'), answer: only('POST') },
  { name: 'a path of two templates', request: plain('PATCH', '/cart/add'), answer: only('GET, POST') },
  { name: 'OPTIONS', request: plain('OPTIONS', '/product'), answer: only('GET, POST') },
  {
    name: 'OPTIONS that asks for no method',
    request: plain('OPTIONS', '/health', [['Origin', 'https://shop.example']]),
    answer: only('GET'),
  },
  { name: 'OPTIONS of an unknown path', request: plain('OPTIONS', '/nowhere'), answer: notFound },
  {
    name: 'a preflight',
    request: plain('OPTIONS', '/order/add', [
      ['Origin', 'https://shop.example'],
      ['Access-Control-Request-Method', 'POST'],
      ['Access-Control-Request-Headers', 'authorization'],
    ]),
    answer: { status: 204, headers: { 'access-control-allow-methods': 'GET,POST,PATCH,DELETE' } },
  },
];

const paths: readonly GatewayRow[] = [
  ...[
    '/product/',
    '/health/',
    '/product//',
    '//product',
    '/product//all',
    '/product\\all',
    '/PRODUCT',
    '/',
  ].map((path) => ({
    name: `GET ${path}`,
    request: plain('GET', path),
    answer: notFound,
  })),
  ...['/', '//', '/.', '/./'].map((end) => ({
    name: `DELETE of a product, with ${end} at the end`,
    request: ({ admin, productId }: GatewayWorld) => ({
      method: 'DELETE',
      path: `/product/${productId}${end}`,
      headers: admin,
    }),
    answer: notFound,
  })),
  {
    name: 'an order with / at the end',
    request: ({ customer, productId }) => ({
      method: 'POST',
      path: '/order/',
      headers: [...customer, json],
      body: JSON.stringify({ items: [{ id: productId, quantity: 1 }] }),
    }),
    answer: notFound,
  },
  {
    name: 'an empty id',
    request: ({ customer }) => ({ method: 'POST', path: '/order//cancel', headers: customer }),
    answer: notFound,
  },
  {
    name: 'a parameter that comes twice, first empty',
    request: plain('GET', '/product?limit=&limit=5'),
    answer: invalid,
  },
];

const bodies: readonly GatewayRow[] = [
  { name: 'a body without a type', request: guest([], '{"username":"x"}'), answer: unsupported },
  {
    name: 'a type that is none',
    request: guest([['Content-Type', 'json']], '{"username":"x"}'),
    answer: unsupported,
  },
  {
    name: 'no body and no type',
    request: guest([], ''),
    answer: unsupported,
  },
  {
    name: 'no body where JSON is needed',
    request: guest([json], ''),
    answer: { status: 400, code: 'malformed_json' },
  },
  ...['0', 'false', 'null', '"text"', '[]'].map((body) => ({
    name: `the JSON text ${body}`,
    request: guest([json], body),
    answer: invalid,
  })),
  {
    name: 'JSON of another type of JSON',
    request: guest([['Content-Type', 'application/merge-patch+json']], '{"name":"x"}'),
    answer: invalid,
  },
  { name: 'GET with a small body', request: plain('GET', '/health', [], 'x'), answer: { status: 200 } },
  {
    name: 'GET with more than 64 KB',
    request: plain('GET', '/health', [], kilobytes(70)),
    answer: { status: 413, code: 'body_too_large' },
  },
  {
    name: 'more than 64 KB on an unknown path',
    request: plain('PUT', '/nowhere', [], kilobytes(70)),
    answer: { status: 413, code: 'body_too_large' },
  },
  {
    name: 'a body that waits to be asked for',
    request: guest([json, ['Expect', '100-continue']], '{"name":"x"}'),
    answer: invalid,
  },
];

const headers: readonly GatewayRow[] = [
  {
    name: 'a range',
    request: plain('GET', '/health', [['Range', 'bytes=0-3']]),
    answer: { status: 200, headers: { 'content-range': undefined } },
  },
  {
    name: 'an encoding that is not ours',
    request: plain('GET', '/openapi.json', [['Accept-Encoding', 'deflate']]),
    answer: { status: 200, headers: { 'content-encoding': undefined } },
  },
  {
    name: 'a problem of more than a kilobyte to a client of gzip',
    request: guest(
      [json, ['Accept-Encoding', 'gzip']],
      JSON.stringify(Object.fromEntries(Array.from({ length: 99 }, (_, n) => [`field${n}`, n]))),
    ),
    answer: { ...invalid, headers: { 'content-encoding': undefined } },
  },
  {
    name: 'cookies that cannot be parsed',
    request: plain('GET', '/health', [['Cookie', 'a b; =;"']]),
    answer: { status: 200 },
  },
  {
    name: 'If-None-Match twice, the first of which holds',
    request: ({ productId, etag }) => ({
      method: 'GET',
      path: `/product/${productId}`,
      headers: [
        ['If-None-Match', etag],
        ['If-None-Match', '"other"'],
      ],
    }),
    answer: { status: 304 },
  },
  {
    name: 'two tokens, the last of which is right',
    request: ({ admin, productId }) => ({
      method: 'DELETE',
      path: `/product/${productId}`,
      headers: [['Authorization', 'Bearer wrong'], ...admin],
    }),
    answer: { status: 401, code: 'unauthenticated' },
  },
  {
    name: 'two idempotency keys, which make one with a comma',
    request: (world) =>
      checkout(world, [
        ['Idempotency-Key', 'first'],
        ['Idempotency-Key', 'second'],
      ]),
    answer: invalid,
  },
  {
    name: 'a parameter that is given twice',
    request: () => ({ method: 'GET', path: '/product?limit=1&limit=1' }),
    answer: invalid,
  },
  {
    name: 'a body in Latin-1',
    request: guest([json], Buffer.from('{"username":"Caf\xe9"}', 'latin1')),
    answer: { status: 400, code: 'malformed_json' },
  },
  {
    name: 'a body that names another charset',
    request: guest(
      [['Content-Type', 'application/json; charset=iso-8859-1']],
      Buffer.from('{"username":"Caf\xe9"}', 'latin1'),
    ),
    answer: unsupported,
  },
  {
    name: 'a compressed body',
    request: guest([json, ['Content-Encoding', 'gzip']], gzipSync('{"username":"zipped"}')),
    answer: unsupported,
  },
  {
    name: 'a body in UTF-8 beyond the basic plane',
    request: guest([['Content-Type', 'application/json; charset="UTF-8"']], '{"username":"😀 Zoë"}'),
    answer: { status: 201 },
  },
];

const checkout = ({ customer, customerId }: GatewayWorld, keys: Headers): Sent => ({
  method: 'POST',
  path: '/order/add',
  headers: [...customer, json, ...keys],
  body: JSON.stringify({ customer_id: customerId }),
});

export const gatewayRows: readonly GatewayRow[] = [...methods, ...paths, ...bodies, ...headers];

const send = ({ url }: GatewayWorld, { method, path, headers = [], body = '' }: Sent) =>
  rawRequest(url, method, path, headers, body);

const created = z.object({ id: z.string(), access_token: z.optional(z.string()) });

/** Makes a product and a customer there. @param adminToken of an ADMIN of that place */
export async function openGatewayWorld(url: string, adminToken: string): Promise<GatewayWorld> {
  const admin: Headers = [['Authorization', `Bearer ${adminToken}`]];
  const add = async (path: string, body: object) => {
    const reply = await rawRequest(url, 'POST', path, [...admin, json], JSON.stringify(body));
    return { ...created.parse(JSON.parse(reply.body)), etag: headerIn(reply.headers, 'etag') ?? '' };
  };
  const { id: productId } = await add('/product', { name: 'gateway', stock: 9, price: 1 });
  const { id: customerId, access_token } = await add('/customer/add', { username: 'gateway' });
  const shown = await rawRequest(url, 'GET', `/product/${productId}`);
  const etag = headerIn(shown.headers, 'etag') ?? '';
  return { url, admin, customer: [['Authorization', `Bearer ${access_token}`]], customerId, productId, etag };
}

/** What the place answers, of what the row says about the answer; `changed` names what the request has changed. */
export async function answerOf(world: GatewayWorld, { before, request, answer }: GatewayRow) {
  for (const sent of before?.(world) ?? []) {
    const { status, body } = await send(world, sent);
    if (status >= 300) throw new Error(`${sent.method} ${sent.path}: ${status} ${body}`);
  }
  const earlier = await stateOf(world);
  const reply = await send(world, request(world));
  const changed = (await stateOf(world)) === earlier ? [] : ['the product or the orders'];
  const names = Object.keys(answer.headers ?? {});
  return {
    status: reply.status,
    code: answer.code === undefined ? undefined : codeOf(reply.body),
    headers: Object.fromEntries(names.map((name) => [name, headerIn(reply.headers, name)])),
    changed,
  };
}

/** The answer that the row asks for, in the same form. */
export const expectedOf = ({ answer: { status, code, headers = {} } }: GatewayRow) => ({
  status,
  code,
  headers,
  changed: [],
});

async function stateOf(world: GatewayWorld): Promise<string> {
  const { customer, productId } = world;
  const product = await send(world, { method: 'GET', path: `/product/${productId}` });
  const orders = await send(world, { method: 'GET', path: '/order', headers: customer });
  return `${product.status} ${product.body} ${orders.body}`;
}

const problem = z.object({ code: z.string() });

const codeOf = (body: string) => (body === '' ? undefined : problem.parse(JSON.parse(body)).code);

function headerIn(rawHeaders: readonly string[], name: string): string | undefined {
  const at = rawHeaders.findIndex((text, index) => index % 2 === 0 && text.toLowerCase() === name);
  return at === -1 ? undefined : rawHeaders[at + 1];
}
