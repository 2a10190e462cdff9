import { beforeEach, describe, expect, it } from 'vitest';
import { createAccessTokens } from '../../../lib/accounts/access-token.ts';
import { type Registration, registration } from '../../../lib/accounts/account.ts';
import { createAccountStore } from '../../../lib/accounts/account-store.ts';
import { addCustomer } from '../../../lib/accounts/add-customer.ts';
import { login } from '../../../lib/accounts/login.ts';
import { type RegisterInput, register } from '../../../lib/accounts/register.ts';
import { systemClock } from '../../../lib/platform/clock.ts';
import { newId } from '../../../lib/platform/ids.ts';
import { createParameters } from '../../../lib/platform/parameters.ts';
import { freshTables } from '../../support/database/tables.ts';

type Authority = Pick<RegisterInput, 'caller' | 'bootstrapSecret'>;

const racers = 20;
const bootstrapSecret = 'a secret made at deployment';
const keys = JSON.stringify({ keys: [{ kid: '1', k: Buffer.alloc(32, 1).toString('base64url') }] });

const input = (overrides: Partial<Registration> = {}): Registration => ({
  email: `${newId()}@example.com`,
  password: 'correct horse',
  role: 'USER',
  ...overrides,
});
const adminInput = (overrides: Partial<Registration> = {}) => input({ role: 'ADMIN', ...overrides });

/** The use cases with their own tables, a stage and a bootstrap secret, or none. */
async function service({ stage = 'prod', secret = bootstrapSecret }: { stage?: string; secret?: string | null } = {}) {
  const { documents, tables } = await freshTables();
  const accounts = createAccountStore({ documents, table: tables.accounts });
  const values = new Map([['/keys', keys]]);
  if (secret !== null) values.set('/bootstrap', secret);
  const clock = systemClock;
  const parameters = createParameters({ fetchParameter: async (name) => values.get(name), clock });
  const tokens = createAccessTokens({
    parameters,
    keysParameter: '/keys',
    issuer: 'shop',
    audience: 'shop',
    clock,
  });
  const deps = { accounts, tokens, parameters, bootstrapSecretParameter: '/bootstrap', stage, clock };
  return {
    accounts,
    tokens,
    register: (body: Registration, authority: Authority = {}) => register(deps, { ...body, ...authority }),
    login: (email: string, password: string) => login(deps, { email, password }),
    addCustomer: (username: string) => addCustomer(deps, { username }),
  };
}

type Service = Awaited<ReturnType<typeof service>>;

describe('register', () => {
  it('creates a USER who can log in, and returns id, email and role only', async () => {
    const shop = await service();
    const body = input({ email: 'ada@example.com' });
    const account = await shop.register(body);
    expect(account).toEqual({ id: expect.any(String), email: 'ada@example.com', role: 'USER' });

    const token = await shop.login(body.email, body.password);
    expect(token).toEqual({ access_token: expect.any(String), token_type: 'Bearer', expires_in: 3_600 });
    expect(await shop.tokens.verify(token.access_token)).toEqual({ id: account.id, role: 'USER' });
  });

  it('stores a hash instead of the password', async () => {
    const shop = await service();
    const { id } = await shop.register(input());
    const stored = await shop.accounts.get(id);
    expect(JSON.stringify(stored)).not.toContain('correct horse');
    expect(stored).toMatchObject({ password_hash: expect.stringMatching(/^\$argon2id\$/) });
  });

  it('registers an address once, regardless of letter case', async () => {
    const shop = await service();
    await shop.register(registration.parse(input({ email: 'Ada@example.com' })));
    const again = registration.parse(input({ email: 'aDA@Example.com' }));
    await expect(shop.register(again)).rejects.toMatchObject({ code: 'email_taken' });
  });

  it('lets exactly one of many concurrent registrations of an address succeed, with its own password', async () => {
    const shop = await service();
    const passwords = Array.from({ length: racers }, (_, index) => `password number ${index}`);
    const outcomes = await Promise.allSettled(
      passwords.map((password) => shop.register(input({ email: 'race@example.com', password }))),
    );
    const winners = passwords.filter((_, index) => outcomes[index]?.status === 'fulfilled');
    expect(winners).toHaveLength(1);
    await expect(shop.login('race@example.com', winners[0] ?? '')).resolves.toBeDefined();
    const codes = outcomes.flatMap((outcome) => (outcome.status === 'rejected' ? [outcome.reason.code] : []));
    expect(codes).toEqual(Array.from({ length: racers - 1 }, () => 'email_taken'));
  });
});

describe('register with role ADMIN', () => {
  const someone = newId();

  it('succeeds for anyone on stage local', async () => {
    const shop = await service({ stage: 'local', secret: null });
    const { email } = await shop.register(adminInput());
    const { access_token } = await shop.login(email, 'correct horse');
    expect(await shop.tokens.verify(access_token)).toMatchObject({ role: 'ADMIN' });
  });

  it.each<[string, Authority]>([
    ['an anonymous caller', {}],
    ['a USER', { caller: { id: someone, role: 'USER' } }],
    ['a wrong secret', { bootstrapSecret: `${bootstrapSecret}!` }],
    ['an empty secret', { bootstrapSecret: '' }],
  ])('fails for %s on other stages and writes no account', async (_, authority) => {
    const shop = await service();
    const body = adminInput();
    await expect(shop.register(body, authority)).rejects.toMatchObject({ code: 'forbidden' });
    expect(await shop.accounts.findByEmail(body.email)).toBeUndefined();
  });

  it('fails with any secret if none is deployed', async () => {
    const shop = await service({ secret: null });
    await expect(shop.register(adminInput(), { bootstrapSecret })).rejects.toMatchObject({
      code: 'forbidden',
    });
    await expect(shop.register(adminInput(), { bootstrapSecret: '' })).rejects.toMatchObject({
      code: 'forbidden',
    });
  });

  it('succeeds for an ADMIN and does not use up the secret', async () => {
    const shop = await service();
    const authority: Authority = { caller: { id: someone, role: 'ADMIN' }, bootstrapSecret };
    await expect(shop.register(adminInput(), authority)).resolves.toMatchObject({ role: 'ADMIN' });
    await expect(shop.register(adminInput(), { bootstrapSecret })).resolves.toMatchObject({ role: 'ADMIN' });
  });

  it('succeeds once with the secret', async () => {
    const shop = await service();
    const caller = { id: someone, role: 'USER' } as const;
    await expect(shop.register(adminInput(), { caller, bootstrapSecret })).resolves.toMatchObject({
      role: 'ADMIN',
    });
    await expect(shop.register(adminInput(), { bootstrapSecret })).rejects.toMatchObject({
      code: 'forbidden',
    });
  });

  it('does not use up the secret when the address is taken', async () => {
    const shop = await service();
    const { email } = await shop.register(input());
    const taken = shop.register(adminInput({ email }), { bootstrapSecret });
    await expect(taken).rejects.toMatchObject({ code: 'email_taken' });
    await expect(shop.register(adminInput(), { bootstrapSecret })).resolves.toMatchObject({ role: 'ADMIN' });
  });

  it('does not use up the secret for role USER', async () => {
    const shop = await service();
    await shop.register(input(), { bootstrapSecret });
    await expect(shop.register(adminInput(), { bootstrapSecret })).resolves.toMatchObject({ role: 'ADMIN' });
  });

  it('creates one ADMIN when many requests use the secret concurrently', async () => {
    const shop = await service();
    const bodies = Array.from({ length: racers }, () => adminInput());
    const outcomes = await Promise.allSettled(bodies.map((body) => shop.register(body, { bootstrapSecret })));
    const codes = outcomes.flatMap((outcome) => (outcome.status === 'rejected' ? [outcome.reason.code] : []));
    expect(codes).toEqual(Array.from({ length: racers - 1 }, () => 'forbidden'));
    const stored = await Promise.all(bodies.map(({ email }) => shop.accounts.findByEmail(email)));
    expect(stored.filter((account) => account !== undefined)).toHaveLength(1);
  });
});

describe('login', () => {
  let shop: Service;
  beforeEach(async () => {
    shop = await service();
    await shop.register(input({ email: 'ada@example.com' }));
  });

  it.each([
    ['a wrong password', 'ada@example.com', 'correct hors'],
    ['an unknown email address', 'eve@example.com', 'correct horse'],
  ])('fails with the same error for %s', async (_, email, password) => {
    await expect(shop.login(email, password)).rejects.toMatchObject({
      code: 'invalid_credentials',
      message: 'invalid_credentials',
      details: {},
    });
  });
});

describe('addCustomer', () => {
  it('creates a guest with a token and no password', async () => {
    const shop = await service();
    const guest = await shop.addCustomer('Ada');
    expect(guest).toEqual({
      id: expect.any(String),
      username: 'Ada',
      role: 'USER',
      access_token: expect.any(String),
      token_type: 'Bearer',
      expires_in: 86_400,
    });
    expect(await shop.tokens.verify(guest.access_token)).toEqual({ id: guest.id, role: 'USER' });
    expect(await shop.accounts.get(guest.id)).toMatchObject({ kind: 'guest', username: 'Ada' });
  });

  it('allows two guests with the same name', async () => {
    const shop = await service();
    const [one, other] = await Promise.all([shop.addCustomer('Ada'), shop.addCustomer('Ada')]);
    expect(one.id).not.toBe(other.id);
  });
});
