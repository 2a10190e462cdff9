import { createHmac } from 'node:crypto';
import { jwtVerify, UnsecuredJWT } from 'jose';
import { describe, expect, it } from 'vitest';
import type { Account } from '../../../lib/accounts/account.ts';
import {
  admin,
  audience,
  bytesOf,
  container,
  forge,
  issuer,
  unauthenticated,
} from '../../support/fixtures/token-container.ts';

const guest: Pick<Account, 'id' | 'kind' | 'role'> = { ...admin, kind: 'guest', role: 'USER' };

describe('accessTokens', () => {
  it('verifies an issued token as its account and role', async () => {
    const { tokens, state } = container();
    state.now += 500;
    const response = await tokens.issue(admin);
    expect(response).toEqual({ access_token: expect.any(String), token_type: 'Bearer', expires_in: 3_600 });
    expect(await tokens.verify(response.access_token)).toEqual({ id: admin.id, role: 'ADMIN' });
    const { access_token } = await tokens.issue(guest);
    expect(await tokens.verify(access_token)).toEqual({ id: guest.id, role: 'USER' });
  });

  it.each([
    [admin, 3_600],
    [guest, 86_400],
  ])('issues a token to %o for %d seconds', async (account, ttlSeconds) => {
    const { tokens, state } = container();
    const response = await tokens.issue(account);
    expect(response.expires_in).toBe(ttlSeconds);
    state.now += (ttlSeconds - 1) * 1_000;
    await expect(tokens.verify(response.access_token)).resolves.toMatchObject({ id: account.id });
    state.now += 10_000;
    await expect(tokens.verify(response.access_token)).rejects.toMatchObject(unauthenticated);
  });

  it('accepts an otherwise valid token made with the real key', async () => {
    const { tokens, seconds } = container();
    await expect(tokens.verify(await forge(seconds()))).resolves.toEqual({ id: admin.id, role: 'ADMIN' });
  });

  it.each([
    ['signed with another key', { key: 'z' }],
    ['of another algorithm', { header: { alg: 'HS512' } }],
    ['of another type', { header: { typ: 'at+jwt' } }],
    ['of no type', { header: { typ: undefined } }],
    ['with an extra header field', { header: { jku: 'https://elsewhere.example' } }],
    ['without a key id', { header: { kid: undefined } }],
    ['with a numeric key id', { header: { kid: 1 } }],
    ['of another issuer', { claims: { iss: 'https://elsewhere.example' } }],
    ['without an issuer', { claims: { iss: undefined } }],
    ['for another audience', { claims: { aud: 'else' } }],
    ['without an audience', { claims: { aud: undefined } }],
    ['for several audiences', { claims: { aud: [audience, 'else'] } }],
    ['with an extra claim', { claims: { scope: 'everything' } }],
    ['that never expires', { claims: { exp: undefined } }],
    ['with a fractional expiry', { claims: { exp: Date.parse('2025-12-12T00:01:00Z') / 1_000 + 0.5 } }],
    ['with a fractional time of issue', { claims: { iat: Date.parse('2025-12-12T00:00:00Z') / 1_000 - 0.5 } }],
    ['without a time of issue', { claims: { iat: undefined } }],
    ['with an unknown role', { claims: { role: 'ROOT' } }],
    ['without a role', { claims: { role: undefined } }],
    ['with a subject that is not an account id', { claims: { sub: 'admin' } }],
    ['without a subject', { claims: { sub: undefined } }],
  ])('rejects a token %s', async (_, overrides) => {
    const { tokens, seconds } = container();
    await expect(tokens.verify(await forge(seconds(), overrides))).rejects.toMatchObject(unauthenticated);
  });

  it.each([
    ['that has expired', { exp: -5 }],
    ['that is not yet valid', { nbf: 6 }],
    ['issued in the future', { iat: 6 }],
    ['older than any token may be', { iat: -86_500, exp: 60 }],
  ])('rejects a token %s', async (_, offsets) => {
    const { tokens, seconds } = container();
    const claims = Object.fromEntries(Object.entries(offsets).map(([name, by]) => [name, seconds() + by]));
    await expect(tokens.verify(await forge(seconds(), { claims }))).rejects.toMatchObject(unauthenticated);
  });

  it.each([
    ['that has just expired', { exp: -4 }],
    ['from a clock that is slightly ahead', { iat: 5 }],
  ])('accepts a token %s', async (_, offsets) => {
    const { tokens, seconds } = container();
    const claims = Object.fromEntries(Object.entries(offsets).map(([name, by]) => [name, seconds() + by]));
    await expect(tokens.verify(await forge(seconds(), { claims }))).resolves.toMatchObject({ id: admin.id });
  });

  it('issues tokens that another library verifies', async () => {
    const { tokens, state, seconds } = container();
    const { access_token } = await tokens.issue(admin);
    const currentDate = new Date(state.now);
    const read = await jwtVerify(access_token, bytesOf('a'), { issuer, audience, typ: 'JWT', currentDate });
    expect(read.protectedHeader).toEqual({ alg: 'HS256', kid: 'a', typ: 'JWT' });
    expect(read.payload).toMatchObject({ sub: admin.id, iat: seconds(), exp: seconds() + 3_600 });
  });

  it('rejects a payload that is not a JSON object', async () => {
    const [header] = (await container().tokens.issue(admin)).access_token.split('.');
    for (const payload of ['{', 'null', '[]', '"x"', ''].map((text) => Buffer.from(text).toString('base64url'))) {
      const content = `${header}.${payload}`;
      const signature = createHmac('sha256', bytesOf('a')).update(content).digest('base64url');
      await expect(container().tokens.verify(`${content}.${signature}`)).rejects.toMatchObject(unauthenticated);
    }
  });

  it('rejects a truncated or extended signature', async () => {
    const { tokens } = container();
    const { access_token } = await tokens.issue(admin);
    for (const changed of [access_token.slice(0, -1), `${access_token}A`, `${access_token}=`, `${access_token}.x`])
      await expect(tokens.verify(changed)).rejects.toMatchObject(unauthenticated);
  });

  it('rejects a token without a signature', async () => {
    const { tokens, seconds } = container();
    const unsecured = new UnsecuredJWT({ role: 'ADMIN' })
      .setSubject(admin.id)
      .setIssuer(issuer)
      .setAudience(audience)
      .setIssuedAt(seconds())
      .setExpirationTime(seconds() + 60)
      .encode();
    await expect(tokens.verify(unsecured)).rejects.toMatchObject(unauthenticated);
    const [, payload] = (await forge(seconds())).split('.');
    const none = Buffer.from('{"alg":"none","kid":"a","typ":"JWT"}').toString('base64url');
    await expect(tokens.verify(`${none}.${payload}.`)).rejects.toMatchObject(unauthenticated);
  });

  it('rejects a changed payload', async () => {
    const { tokens } = container();
    const [header, payload = '', signature] = (await tokens.issue(guest)).access_token.split('.');
    const raised = Buffer.from(payload, 'base64url').toString().replace('"USER"', '"ADMIN"');
    const token = `${header}.${Buffer.from(raised).toString('base64url')}.${signature}`;
    await expect(tokens.verify(token)).rejects.toMatchObject(unauthenticated);
  });

  it.each(['', 'x', '..', 'a.b.c', 'e30.e30.e30', '\u{1f600}.\u{1f600}.\u{1f600}', `${'.'.repeat(5_000)}`])(
    'rejects the text %j',
    async (token) => {
      await expect(container().tokens.verify(token)).rejects.toMatchObject(unauthenticated);
    },
  );
});
