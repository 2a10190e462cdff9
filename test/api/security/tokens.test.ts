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
