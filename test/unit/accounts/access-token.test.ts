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
  refused,
} from '../../support/fixtures/token-container.ts';

const guest: Pick<Account, 'id' | 'kind' | 'role'> = { ...admin, kind: 'guest', role: 'USER' };

describe('access token', () => {
  it('carries the account and its role', async () => {
    const { tokens, world } = container();
    world.now += 500;
    const reply = await tokens.issue(admin);
    expect(reply).toEqual({ access_token: expect.any(String), token_type: 'Bearer', expires_in: 3_600 });
    expect(await tokens.verify(reply.access_token)).toEqual({ id: admin.id, role: 'ADMIN' });
    const { access_token } = await tokens.issue(guest);
    expect(await tokens.verify(access_token)).toEqual({ id: guest.id, role: 'USER' });
  });

  it.each([
    [admin, 3_600],
    [guest, 86_400],
  ])('of a %o lives %d seconds', async (account, ttlSeconds) => {
    const { tokens, world } = container();
    const reply = await tokens.issue(account);
    expect(reply.expires_in).toBe(ttlSeconds);
    world.now += (ttlSeconds - 1) * 1_000;
    await expect(tokens.verify(reply.access_token)).resolves.toMatchObject({ id: account.id });
    world.now += 10_000;
    await expect(tokens.verify(reply.access_token)).rejects.toMatchObject(refused);
  });

  it('is accepted when forged with the real key and nothing wrong', async () => {
    const { tokens, seconds } = container();
    await expect(tokens.verify(await forge(seconds()))).resolves.toEqual({ id: admin.id, role: 'ADMIN' });
  });

  it.each([
    ['signed with another key', { key: 'z' }],
    ['of another algorithm', { header: { alg: 'HS512' } }],
    ['of another type', { header: { typ: 'at+jwt' } }],
    ['of no type', { header: { typ: undefined } }],
    ['with a header that we never write', { header: { jku: 'https://elsewhere.example' } }],
    ['without a key id', { header: { kid: undefined } }],
    ['with a key id that is no string', { header: { kid: 1 } }],
    ['of another issuer', { claims: { iss: 'https://elsewhere.example' } }],
    ['without an issuer', { claims: { iss: undefined } }],
    ['for another audience', { claims: { aud: 'else' } }],
    ['without an audience', { claims: { aud: undefined } }],
    ['for several audiences', { claims: { aud: [audience, 'else'] } }],
    ['with a claim that we never make', { claims: { scope: 'everything' } }],
    ['that never expires', { claims: { exp: undefined } }],
    [
      'of an end that is no number of seconds',
      { claims: { exp: Date.parse('2025-12-12T00:01:00Z') / 1_000 + 0.5 } },
    ],
    [
      'of a time of issue that is none',
      { claims: { iat: Date.parse('2025-12-12T00:00:00Z') / 1_000 - 0.5 } },
    ],
    ['without a time of issue', { claims: { iat: undefined } }],
    ['of a role that does not exist', { claims: { role: 'ROOT' } }],
    ['without a role', { claims: { role: undefined } }],
    ['whose subject is no account id', { claims: { sub: 'admin' } }],
    ['without a subject', { claims: { sub: undefined } }],
  ])('%s is refused', async (_, overrides) => {
    const { tokens, seconds } = container();
    await expect(tokens.verify(await forge(seconds(), overrides))).rejects.toMatchObject(refused);
  });

  it.each([
    ['expired', { exp: -5 }],
    ['not yet valid', { nbf: 6 }],
    ['issued in the future', { iat: 6 }],
    ['older than any token may be', { iat: -86_500, exp: 60 }],
  ])('%s is refused', async (_, offsets) => {
    const { tokens, seconds } = container();
    const claims = Object.fromEntries(Object.entries(offsets).map(([name, by]) => [name, seconds() + by]));
    await expect(tokens.verify(await forge(seconds(), { claims }))).rejects.toMatchObject(refused);
  });

  it.each([
    ['that has just expired', { exp: -4 }],
    ['of a clock that is a little fast', { iat: 5 }],
  ])('%s is accepted', async (_, offsets) => {
    const { tokens, seconds } = container();
    const claims = Object.fromEntries(Object.entries(offsets).map(([name, by]) => [name, seconds() + by]));
    await expect(tokens.verify(await forge(seconds(), { claims }))).resolves.toMatchObject({ id: admin.id });
  });

  it('is one that others read as we do', async () => {
    const { tokens, world, seconds } = container();
    const { access_token } = await tokens.issue(admin);
    const currentDate = new Date(world.now);
    const read = await jwtVerify(access_token, bytesOf('a'), { issuer, audience, typ: 'JWT', currentDate });
    expect(read.protectedHeader).toEqual({ alg: 'HS256', kid: 'a', typ: 'JWT' });
    expect(read.payload).toMatchObject({ sub: admin.id, iat: seconds(), exp: seconds() + 3_600 });
  });

  it('whose payload is no JSON is refused', async () => {
    const [header] = (await container().tokens.issue(admin)).access_token.split('.');
    for (const payload of ['{', 'null', '[]', '"x"', ''].map((text) =>
      Buffer.from(text).toString('base64url'),
    )) {
      const content = `${header}.${payload}`;
      const signature = createHmac('sha256', bytesOf('a')).update(content).digest('base64url');
      await expect(container().tokens.verify(`${content}.${signature}`)).rejects.toMatchObject(refused);
    }
  });

  it('whose signature is cut off or longer is refused', async () => {
    const { tokens } = container();
    const { access_token } = await tokens.issue(admin);
    for (const changed of [
      access_token.slice(0, -1),
      `${access_token}A`,
      `${access_token}=`,
      `${access_token}.x`,
    ])
      await expect(tokens.verify(changed)).rejects.toMatchObject(refused);
  });

  it('without a signature is refused', async () => {
    const { tokens, seconds } = container();
    const unsecured = new UnsecuredJWT({ role: 'ADMIN' })
      .setSubject(admin.id)
      .setIssuer(issuer)
      .setAudience(audience)
      .setIssuedAt(seconds())
      .setExpirationTime(seconds() + 60)
      .encode();
    await expect(tokens.verify(unsecured)).rejects.toMatchObject(refused);
    const [, payload] = (await forge(seconds())).split('.');
    const none = Buffer.from('{"alg":"none","kid":"a","typ":"JWT"}').toString('base64url');
    await expect(tokens.verify(`${none}.${payload}.`)).rejects.toMatchObject(refused);
  });

  it('with a changed payload is refused', async () => {
    const { tokens } = container();
    const [header, payload = '', signature] = (await tokens.issue(guest)).access_token.split('.');
    const raised = Buffer.from(payload, 'base64url').toString().replace('"USER"', '"ADMIN"');
    const token = `${header}.${Buffer.from(raised).toString('base64url')}.${signature}`;
    await expect(tokens.verify(token)).rejects.toMatchObject(refused);
  });

  it.each(['', 'x', '..', 'a.b.c', 'e30.e30.e30', '\u{1f600}.\u{1f600}.\u{1f600}', `${'.'.repeat(5_000)}`])(
    'of the text %j is refused',
    async (token) => {
      await expect(container().tokens.verify(token)).rejects.toMatchObject(refused);
    },
  );
});
