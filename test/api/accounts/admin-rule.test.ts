import { describe, expect, inject, it } from 'vitest';
import { type Actor, signUp } from '../../support/api-driver/api-driver.ts';
import { devClient, expectResponse, outcomeOf } from '../../support/api-driver/client.ts';
import { newAccount, newProduct } from '../../support/api-driver/request-bodies.ts';
import { accountSchema, tokenSchema } from '../../support/api-driver/response-schemas.ts';

const api = devClient();
const forbidden = { status: 403, code: 'forbidden' };
const withSecret = (secret: string) => ({ headers: { 'Bootstrap-Secret': secret } });

/** Expects that no account was created: login fails and the address is free. */
async function expectNoAccount({ email, password }: { email: string; password: string }) {
  const login = await api.post('/auth/login', { email, password });
  expect(outcomeOf(login)).toEqual({ status: 401, code: 'invalid_credentials' });
  const user = expectResponse(await api.post('/auth/register', { email, password }), 201, accountSchema);
  expect(user.role).toBe('USER');
}

describe('POST /auth/register of an ADMIN at stage dev', () => {
  it('returns forbidden to an anonymous caller and creates no account', async () => {
    const account = newAccount({ role: 'ADMIN' });
    expect(outcomeOf(await api.post('/auth/register', account))).toEqual(forbidden);
    await expectNoAccount(account);
  });

  it('returns forbidden to a USER', async () => {
    const user = await signUp(api);
    const account = newAccount({ role: 'ADMIN' });
    expect(outcomeOf(await user.api.post('/auth/register', account))).toEqual(forbidden);
    await expectNoAccount(account);
  });

  it.each(['wrong', ' ', inject('devBootstrapSecret').slice(1), `${inject('devBootstrapSecret')}x`])(
    'returns forbidden for the wrong secret %j',
    async (secret) => {
      const account = newAccount({ role: 'ADMIN' });
      expect(outcomeOf(await api.post('/auth/register', account, withSecret(secret)))).toEqual(forbidden);
      await expectNoAccount(account);
    },
  );

  it('returns unauthenticated for an invalid token', async () => {
    const account = newAccount({ role: 'ADMIN' });
    const response = await api.as('nonsense').post('/auth/register', account);
    expect(outcomeOf(response)).toEqual({ status: 401, code: 'unauthenticated' });
    await expectNoAccount(account);
  });

  // One test, because the test run has one bootstrap secret, which works once.
  it('accepts the bootstrap secret once, and then requests of that ADMIN', async () => {
    const secret = withSecret(inject('devBootstrapSecret'));

    const user = newAccount();
    expect((await api.post('/auth/register', user, secret)).status).toBe(201);

    const racing = Array.from({ length: 5 }, () => newAccount({ role: 'ADMIN' }));
    const responses = await Promise.all(racing.map((account) => api.post('/auth/register', account, secret)));
    expect(responses.map(({ status }) => status).sort()).toEqual([201, 403, 403, 403, 403]);
    const winner = racing[responses.findIndex(({ status }) => status === 201)] ?? newAccount();
    const { email, password } = winner;
    const { access_token } = expectResponse(await api.post('/auth/login', { email, password }), 200, tokenSchema);
    const admin: Actor = { id: '', api: api.as(access_token) };
    expect((await admin.api.post('/product', newProduct())).status).toBe(201);

    const late = newAccount({ role: 'ADMIN' });
    expect(outcomeOf(await api.post('/auth/register', late, secret))).toEqual(forbidden);
    await expectNoAccount(late);

    const second = newAccount({ role: 'ADMIN' });
    const made = expectResponse(await admin.api.post('/auth/register', second), 201, accountSchema);
    expect(made.role).toBe('ADMIN');
  });
});
