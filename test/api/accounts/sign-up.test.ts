import { describe, expect, it } from 'vitest';
import { expectResponse, localClient, outcomeOf } from '../../support/api-driver/client.ts';
import { newAccount, uniqueName } from '../../support/api-driver/request-bodies.ts';
import { accountSchema, guestSchema, tokenSchema } from '../../support/api-driver/response-schemas.ts';

const api = localClient();

describe('POST /auth/register', () => {
  it('creates a USER by default', async () => {
    const account = newAccount();
    const created = expectResponse(await api.post('/auth/register', account), 201, accountSchema);
    expect(created).toMatchObject({ email: account.email, role: 'USER' });
  });

  it('returns email_taken for the address in upper case and keeps the first password', async () => {
    const { email, password } = newAccount();
    await api.post('/auth/register', { email, password });
    const other = { email: email.toUpperCase(), password: 'another password' };
    expect(outcomeOf(await api.post('/auth/register', other))).toEqual({ status: 409, code: 'email_taken' });
    expect((await api.post('/auth/login', { email, password })).status).toBe(200);
    expect((await api.post('/auth/login', other)).status).toBe(401);
  });

  it('creates one account when parallel requests use one address', async () => {
    const account = newAccount();
    const responses = await Promise.all(Array.from({ length: 8 }, () => api.post('/auth/register', account)));
    expect(responses.map(({ status }) => status).sort()).toEqual([201, 409, 409, 409, 409, 409, 409, 409]);
  });
});

describe('POST /auth/login', () => {
  it('returns a valid token, whatever the case of the address', async () => {
    const { email, password } = newAccount();
    const { id } = expectResponse(await api.post('/auth/register', { email, password }), 201, accountSchema);
    const body = { email: email.toUpperCase(), password };
    const { access_token } = expectResponse(await api.post('/auth/login', body), 200, tokenSchema);
    expect((await api.as(access_token).get(`/cart/${id}`)).status).toBe(200);
  });

  it('returns the same response for a wrong password and for an unknown address', async () => {
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
  it('creates a guest whose token opens the cart', async () => {
    const username = uniqueName('Zoë 🎉');
    const guest = expectResponse(await api.post('/customer/add', { username }), 201, guestSchema);
    expect(guest).toMatchObject({ username, role: 'USER' });
    expect((await api.as(guest.access_token).get(`/cart/${guest.id}`)).body).toEqual({
      customer_id: guest.id,
      lines: [],
      total: 0,
    });
  });
});
