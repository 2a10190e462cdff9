import { SignJWT, UnsecuredJWT } from 'jose';
import { beforeAll, describe, expect, inject, it } from 'vitest';
import { devClient, expectReply, localClient, outcomeOf, type Reply } from '../../support/client.ts';
import { guestShape } from '../../support/shapes.ts';

const unauthenticated = { status: 401, code: 'unauthenticated' };
const api = localClient();

let guest: { id: string; access_token: string };
beforeAll(async () => {
  guest = expectReply(await api.post('/customer/add', { username: 'token' }), 201, guestShape);
});

function expectRefused(reply: Reply) {
  expect(outcomeOf(reply)).toEqual(unauthenticated);
  expect(reply.headers.get('WWW-Authenticate')).toMatch(/^Bearer/);
}

const [key] = inject('tokenKeys').keys;
const now = Math.floor(Date.now() / 1_000);

interface Forgery {
  secret?: string;
  kid?: string;
  alg?: string;
  issuer?: string;
  audience?: string;
  subject?: string;
  role?: unknown;
  issuedAt?: number;
  expires?: number;
}

/** A token as the service makes it, but for what is overridden. */
const forge = (forgery: Forgery = {}): Promise<string> =>
  new SignJWT({ role: forgery.role ?? 'USER' })
    .setProtectedHeader({ alg: forgery.alg ?? 'HS256', kid: forgery.kid ?? key?.kid ?? '', typ: 'JWT' })
    .setSubject(forgery.subject ?? guest.id)
    .setIssuer(forgery.issuer ?? 'sellout/local')
    .setAudience(forgery.audience ?? 'sellout/local/api')
    .setIssuedAt(forgery.issuedAt ?? now)
    .setExpirationTime(forgery.expires ?? now + 3_600)
    .sign(Buffer.from(forgery.secret ?? key?.k ?? '', 'base64url'));

const cartOf = (token?: string) => api.as(token).get(`/cart/${guest.id}`);

describe('an access token', () => {
  it('is needed', async () => {
    expectRefused(await cartOf());
  });

  it('is taken when it is the one that was issued', async () => {
    expect((await cartOf(guest.access_token)).status).toBe(200);
    // What shows that the forgeries below fail for what is wrong with them.
    expect((await cartOf(await forge())).status).toBe(200);
  });

  it.each(['x', 'a.b.c', '..', 'eyJhbGciOiJIUzI1NiJ9.e30.', `${'a'.repeat(5_000)}.b.c`, '%00', '{}', '🎉'])(
    'is refused when malformed: %s',
    async (token) => {
      expectRefused(await api.as(encodeURI(token)).get(`/cart/${guest.id}`));
    },
  );

  it.each(['', 'Bearer', 'Bearer ', 'Basic dXNlcjpwYXNz', 'bearer a b'])(
    'is refused in the header %j',
    async (Authorization) => {
      expectRefused(await api.get(`/cart/${guest.id}`, { headers: { Authorization } }));
    },
  );

  it.each<[string, Forgery]>([
    ['signed with another key', { secret: 'A'.repeat(43) }],
    ['of an unknown key id', { kid: 'nobody' }],
    ['of another algorithm', { alg: 'HS512' }],
    ['of another issuer', { issuer: 'sellout/dev' }],
    ['for another audience', { audience: 'sellout/dev/api' }],
    ['expired', { issuedAt: now - 7_200, expires: now - 3_600 }],
    ['issued in the future', { issuedAt: now + 3_600, expires: now + 7_200 }],
    ['of an unknown role', { role: 'ROOT' }],
    ['of a subject that is no id', { subject: 'admin' }],
  ])('is refused when forged: %s', async (_, forgery) => {
    expectRefused(await cartOf(await forge(forgery)));
  });

  it('is refused without a signature', async () => {
    const claims = new UnsecuredJWT({ role: 'ADMIN' })
      .setSubject(guest.id)
      .setIssuer('sellout/local')
      .setAudience('sellout/local/api')
      .setIssuedAt(now)
      .setExpirationTime(now + 3_600);
    expectRefused(await cartOf(claims.encode()));
  });

  it('is refused when its role was edited', async () => {
    const [header, , signature] = guest.access_token.split('.');
    const claims = Buffer.from(JSON.stringify({ role: 'ADMIN', sub: guest.id })).toString('base64url');
    expectRefused(await cartOf(`${header}.${claims}.${signature}`));
  });

  it('is refused at another stage', async () => {
    expectRefused(await devClient().as(guest.access_token).get(`/cart/${guest.id}`));
  });
});
