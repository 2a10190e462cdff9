import { beforeAll, describe, expect, inject, it } from 'vitest';
import { createLocalShop } from '../../support/api-driver/api-driver.ts';
import { type ApiResponse, expectResponse, localClient, outcomeOf } from '../../support/api-driver/client.ts';
import { forgeToken } from '../../support/api-driver/forge-token.ts';
import { rawRequest } from '../../support/api-driver/raw-http.ts';
import { newProduct } from '../../support/api-driver/request-bodies.ts';
import { guestSchema } from '../../support/api-driver/response-schemas.ts';

const unauthenticated = { status: 401, code: 'unauthenticated' };
const api = localClient();
const ownKey = Buffer.alloc(32, 'attacker').toString('base64url');

let guest: { id: string; access_token: string };
beforeAll(async () => {
  guest = expectResponse(await api.post('/customer/add', { username: 'token' }), 201, guestSchema);
});

function expectUnauthenticated(response: ApiResponse) {
  expect(outcomeOf(response)).toEqual(unauthenticated);
  expect(response.headers.get('WWW-Authenticate')).toMatch(/^Bearer/);
}

const cartOf = (token?: string) => api.as(token).get(`/cart/${guest.id}`);
const now = Math.floor(Date.now() / 1_000);
/** Forges a token of the guest with overrides. */
const forge = (claims = {}, signing = {}): string => forgeToken({ sub: guest.id, ...claims }, signing);

describe('an access token', () => {
  it('is required', async () => {
    expectUnauthenticated(await cartOf());
  });

  it('is accepted if the service issued it', async () => {
    expect((await cartOf(guest.access_token)).status).toBe(200);
    // Without overrides a forged token is valid, so the tests below fail for the override only.
    expect((await cartOf(forge())).status).toBe(200);
    const { admin } = await createLocalShop();
    const asAdmin = api.as(forgeToken({ sub: admin.id, role: 'ADMIN' }));
    expect((await asAdmin.post('/product', newProduct())).status).toBe(201);
  });

  it.each(['x', 'a.b.c', '..', 'eyJhbGciOiJIUzI1NiJ9.e30.', '%00', '{}', '🎉', '__proto__', 'null'])(
    'returns unauthenticated if malformed: %s',
    async (token) => {
      expectUnauthenticated(await api.as(encodeURI(token)).get(`/cart/${guest.id}`));
    },
  );

  it.each([
    ['characters', (length: number) => `${'a'.repeat(length)}.b.c`],
    ['dots', (length: number) => '.'.repeat(length)],
    ['claims', (length: number) => forge({ padding: 'x'.repeat(length / 2) }, { key: ownKey })],
  ])('returns unauthenticated for 12,000 %s', async (_, make) => {
    expectUnauthenticated(await cartOf(make(12_000)));
  });
});

describe('the Authorization header', () => {
  it.each(['', 'Bearer', 'Bearer ', 'Basic dXNlcjpwYXNz', 'bearer a b', 'Bearer: x', 'Token x'])(
    'returns unauthenticated for %j',
    async (Authorization) => {
      expectUnauthenticated(await api.get(`/cart/${guest.id}`, { headers: { Authorization } }));
    },
  );

  it('accepts its scheme in any case', async () => {
    for (const scheme of ['bearer', 'BEARER', 'Bearer ']) {
      const headers = { Authorization: `${scheme} ${guest.access_token}` };
      expect((await api.get(`/cart/${guest.id}`, { headers })).status).toBe(200);
    }
  });

  it('returns unauthenticated for two joined tokens, as API Gateway joins two headers', async () => {
    const [first, second] = [forge({}, { key: ownKey }), guest.access_token];
    for (const value of [`Bearer ${first}, Bearer ${second}`, `Bearer ${second},Bearer ${first}`]) {
      expectUnauthenticated(await api.get(`/cart/${guest.id}`, { headers: { Authorization: value } }));
    }
  });

  it('returns 401 if sent twice', async () => {
    const shop = await createLocalShop();
    const product = await shop.product();
    const tokens = [forge({ role: 'ADMIN' }, { key: ownKey }), guest.access_token];
    for (const pair of [tokens, tokens.toReversed()]) {
      const headers = pair.map((token) => ['Authorization', `Bearer ${token}`] as const);
      const response = await rawRequest(inject('localUrl'), 'DELETE', `/product/${product.id}`, headers);
      expect(response.status).toBe(401);
    }
    expect(await shop.read(product.id)).toEqual(product);
  });

  it('is the only source of a token', async () => {
    const token = guest.access_token;
    for (const name of ['access_token', 'token', 'authorization', 'Authorization', 'jwt'])
      expectUnauthenticated(await api.get(`/cart/${guest.id}?${name}=${token}`));
    for (const name of ['X-Access-Token', 'X-Authorization', 'Proxy-Authorization', 'X-Amzn-Remapped-Authorization'])
      expectUnauthenticated(await api.get(`/cart/${guest.id}`, { headers: { [name]: `Bearer ${token}` } }));
    const Cookie = `access_token=${token}; Authorization=${token}`;
    expectUnauthenticated(await api.get(`/cart/${guest.id}`, { headers: { Cookie } }));
    const body = { customer_id: guest.id, product_id: guest.id, access_token: token };
    expectUnauthenticated(await api.post('/cart/remove', body));
  });
});

describe('the service returns unauthenticated for a token', () => {
  it.each(['none', 'None', 'NONE', 'nOnE', '', 'null', undefined, null, ['none'], ['HS256'], {}])(
    'with alg %j: signed, unsigned and with the signature of another token',
    async (alg) => {
      const signed = forge({ role: 'ADMIN' }, { header: { alg } });
      const [header, claims] = signed.split('.');
      const [, , signature] = guest.access_token.split('.');
      for (const token of [signed, `${header}.${claims}.`, `${header}.${claims}`, `${header}.${claims}.${signature}`])
        expectUnauthenticated(await cartOf(token));
    },
  );

  it.each(['HS384', 'HS512', 'RS256', 'PS256', 'ES256', 'EdDSA', 'hs256', 'dir', 'A256KW'])(
    'with alg %s, signed by the service’s key as an HMAC secret',
    async (alg) => {
      expectUnauthenticated(await cartOf(forge({}, { header: { alg } })));
      expectUnauthenticated(await cartOf(forge({}, { header: { alg }, hash: 'sha512' })));
    },
  );

  it.each<[string, object]>([
    ['another issuer', { iss: 'sellout/dev' }],
    ['several issuers', { iss: ['sellout/local'] }],
    ['no issuer', { iss: undefined }],
    ['another audience', { aud: 'sellout/dev/api' }],
    ['no audience', { aud: undefined }],
    ['an expiry in the past', { iat: now - 7_200, exp: now - 3_600 }],
    ['no expiry', { exp: undefined }],
    ['a text as expiry', { exp: '9999999999' }],
    ['too large an expiry', { iat: now - 200_000, exp: 1e308 }],
    ['nbf in the future', { nbf: now + 3_600 }],
    ['a time of issue in the future', { iat: now + 3_600, exp: now + 7_200 }],
    ['no time of issue', { iat: undefined }],
    ['an unknown role', { role: 'ROOT' }],
    ['a role in lower case', { role: 'admin' }],
    ['several roles', { role: ['USER', 'ADMIN'] }],
    ['no role', { role: undefined }],
    ['no subject', { sub: undefined }],
    ['a subject that is not an id', { sub: 'admin' }],
    ['several subjects', { sub: [] }],
  ])('with %s, signed by the service’s key', async (_, claims) => {
    expectUnauthenticated(await cartOf(forge(claims)));
  });

  it('signed by another key', async () => {
    expectUnauthenticated(await cartOf(forge({}, { key: ownKey })));
    expectUnauthenticated(await cartOf(forge({}, { key: '' })));
  });

  it.each<[string, unknown]>([
    ['unknown', 'nobody'],
    ['missing', undefined],
    ['null', null],
    ['empty', ''],
    ['a number', 0],
    ['a list of the right one', [inject('tokenKeys').keys[0]?.kid]],
    ['an object', { toString: 'x' }],
    ['a path', '../../../../../dev/null'],
    ['SQL', "x' UNION SELECT 'AA' -- "],
    ['a command', '$(id)|id'],
    ['a URL', 'http://127.0.0.1/key'],
    ['a property', '__proto__'],
    ['a method', 'constructor'],
    ['4,000 characters', 'k'.repeat(4_000)],
  ])('with a key id that is %s, signed by any key', async (_, kid) => {
    for (const key of [undefined, ownKey, '']) {
      expectUnauthenticated(await cartOf(forge({}, { header: { kid }, ...(key === undefined ? {} : { key }) })));
    }
  });

  it('with an edited role, and does not act on the role', async () => {
    const shop = await createLocalShop();
    const product = await shop.product();
    const [header, claims = '', signature] = guest.access_token.split('.');
    const raised = Buffer.from(claims, 'base64url').toString().replace('"USER"', '"ADMIN"');
    expect(raised).toContain('"ADMIN"');
    const token = `${header}.${Buffer.from(raised).toString('base64url')}.${signature}`;
    expectUnauthenticated(await api.as(token).delete(`/product/${product.id}`));
    expectUnauthenticated(await cartOf(token));
    expect(await shop.read(product.id)).toEqual(product);
  });

  it('with a truncated or changed signature', async () => {
    const [header, claims, signature = ''] = guest.access_token.split('.');
    const flipped = (signature.startsWith('A') ? 'B' : 'A') + signature.slice(1);
    for (const other of ['', signature.slice(0, 20), flipped, `${signature}AAAA`, signature.toUpperCase()])
      expectUnauthenticated(await cartOf(`${header}.${claims}.${other}`));
  });
});
