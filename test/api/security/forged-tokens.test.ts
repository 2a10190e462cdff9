import { once } from 'node:events';
import { createServer } from 'node:http';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { createLocalShop } from '../../support/api-driver/api-driver.ts';
import { type ApiResponse, expectResponse, localClient, outcomeOf } from '../../support/api-driver/client.ts';
import { forgeToken } from '../../support/api-driver/forge-token.ts';
import { guestSchema } from '../../support/api-driver/response-schemas.ts';

const unauthenticated = { status: 401, code: 'unauthenticated' };
const api = localClient();
const ownKey = Buffer.alloc(32, 'attacker').toString('base64url');
const now = Math.floor(Date.now() / 1_000);

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

  it('signed with a private key whose public key is in its header', async () => {
    const { privateKey, publicKey } = await generateKeyPair('RS256');
    const jwk = await exportJWK(publicKey);
    const { kid } = inject('tokenKeys').keys[0] ?? {};
    for (const header of [
      { alg: 'RS256', jwk },
      { alg: 'RS256', jwk, kid: kid ?? '' },
    ]) {
      const token = await new SignJWT({ role: 'ADMIN' })
        .setProtectedHeader(header)
        .setSubject(guest.id)
        .setIssuer('sellout/local')
        .setAudience('sellout/local/api')
        .setIssuedAt()
        .setExpirationTime('1h')
        .sign(privateKey);
      expectUnauthenticated(await cartOf(token));
    }
  });

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

  it.each([{ crit: ['exp'] }, { crit: [] }, { crit: ['b64'], b64: false }, { b64: false }])(
    'with the header %j',
    async (header) => {
      const response = await cartOf(forge({ role: 'ADMIN' }, { header }));
      // A verifier ignores `b64` without `crit` (RFC 7797, section 6).
      if ('crit' in header) expectUnauthenticated(response);
      else expect([200, 401]).toContain(response.status);
    },
  );

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

describe('a token with the URL or value of its key', () => {
  let fetches = 0;
  const keyServer = createServer((_, response) => {
    fetches += 1;
    const keys = [{ kty: 'oct', kid: 'mine', k: ownKey, alg: 'HS256' }];
    response.end(JSON.stringify({ keys, kty: 'oct', k: ownKey }));
  });
  let url = '';
  beforeAll(async () => {
    keyServer.listen(0, '127.0.0.1');
    await once(keyServer, 'listening');
    const address = keyServer.address();
    if (address === null || typeof address === 'string') throw new Error('no port');
    url = `http://127.0.0.1:${address.port}/keys`;
  });
  afterAll(async () => {
    keyServer.closeAllConnections();
    keyServer.close();
    await once(keyServer, 'close');
  });

  it('returns unauthenticated and does not fetch the key', async () => {
    const jwk = { kty: 'oct', k: ownKey, kid: 'mine' };
    for (const header of [{ jku: url }, { x5u: url }, { jwk }, { x5c: [ownKey] }, { jku: url, jwk, x5u: url }]) {
      expectUnauthenticated(await cartOf(forge({}, { header: { kid: 'mine', ...header }, key: ownKey })));
      expectUnauthenticated(await cartOf(forge({}, { header, key: ownKey })));
    }
    expect((await fetch(url)).status).toBe(200);
    expect(fetches).toBe(1);
  });
});
