import { describe, expect, it } from 'vitest';
import { createLocalShop } from '../../support/api-driver/api-driver.ts';
import { expectResponse, localClient, outcomeOf } from '../../support/api-driver/client.ts';
import { newAccount, uniqueName } from '../../support/api-driver/request-bodies.ts';
import { accountSchema, guestSchema, tokenSchema } from '../../support/api-driver/response-schemas.ts';

const api = localClient();

describe('POST /auth/register', () => {
  it('makes a USER when no role is named', async () => {
    const account = newAccount();
    const made = expectResponse(await api.post('/auth/register', account), 201, accountSchema);
    expect(made).toMatchObject({ email: account.email, role: 'USER' });
  });

  it('makes an ADMIN at stage local', async () => {
    const account = newAccount({ role: 'ADMIN' });
    expect(expectResponse(await api.post('/auth/register', account), 201, accountSchema).role).toBe('ADMIN');
    const shop = await createLocalShop();
    expect((await shop.product()).sold).toBe(0);
  });

  it.each([
    ['the same', (email: string) => email],
    ['the same in upper case', (email: string) => email.toUpperCase()],
  ])('refuses %s address again and keeps the first password', async (_, spell) => {
    const account = newAccount();
    await api.post('/auth/register', account);
    const again = await api.post('/auth/register', {
      email: spell(account.email),
      password: 'another password',
    });
    expect(outcomeOf(again)).toEqual({ status: 409, code: 'email_taken' });
    const { email, password } = account;
    expect((await api.post('/auth/login', { email, password })).status).toBe(200);
    const other = await api.post('/auth/login', { email, password: 'another password' });
    expect(outcomeOf(other)).toEqual({ status: 401, code: 'invalid_credentials' });
  });

  it('lets one of many that race for an address win', async () => {
    const account = newAccount();
    const responses = await Promise.all(Array.from({ length: 8 }, () => api.post('/auth/register', account)));
    expect(responses.map(({ status }) => status).sort()).toEqual([201, 409, 409, 409, 409, 409, 409, 409]);
  });
});

describe('POST /auth/login', () => {
  it('gives a token that works, however the address is spelled', async () => {
    const { email, password } = newAccount();
    const { id } = expectResponse(await api.post('/auth/register', { email, password }), 201, accountSchema);
    const body = { email: email.toUpperCase(), password };
    const { access_token } = expectResponse(await api.post('/auth/login', body), 200, tokenSchema);
    expect((await api.as(access_token).get(`/cart/${id}`)).status).toBe(200);
  });

  it('answers a wrong password and an unknown address alike', async () => {
    const { email, password } = newAccount();
    await api.post('/auth/register', { email, password });
    const wrong = await api.post('/auth/login', { email, password: `${password}!` });
    const unknown = await api.post('/auth/login', newAccount());
    for (const response of [wrong, unknown]) {
      expect(outcomeOf(response)).toEqual({ status: 401, code: 'invalid_credentials' });
      expect(response.headers.get('WWW-Authenticate')).toBe('Bearer');
    }
    expect({ ...wrong.problem, request_id: '' }).toEqual({ ...unknown.problem, request_id: '' });
  });
});

describe('POST /customer/add', () => {
  it('makes a guest who can use a cart at once', async () => {
    const username = uniqueName('Zoë 🎉');
    const guest = expectResponse(await api.post('/customer/add', { username }), 201, guestSchema);
    expect(guest).toMatchObject({ username, role: 'USER' });
    expect((await api.as(guest.access_token).get(`/cart/${guest.id}`)).body).toEqual({
      customer_id: guest.id,
      lines: [],
      total: 0,
    });
  });

  it('makes a new customer for a name that exists', async () => {
    const username = uniqueName('Ana');
    const first = expectResponse(await api.post('/customer/add', { username }), 201, guestSchema);
    const second = expectResponse(await api.post('/customer/add', { username }), 201, guestSchema);
    expect(second.id).not.toBe(first.id);
    expect(outcomeOf(await api.as(first.access_token).get(`/cart/${second.id}`)).status).toBe(403);
  });
});
