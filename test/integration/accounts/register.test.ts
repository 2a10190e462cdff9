import { describe, expect, it } from 'vitest';
import type { Registration } from '../../../lib/accounts/account.ts';
import { createAccountStore } from '../../../lib/accounts/account-store.ts';
import { type RegisterInput, register } from '../../../lib/accounts/register.ts';
import { systemClock } from '../../../lib/platform/clock.ts';
import { newId } from '../../../lib/platform/ids.ts';
import { createParameters } from '../../../lib/platform/parameters.ts';
import { freshTables } from '../../support/database/tables.ts';

type Authority = Pick<RegisterInput, 'caller' | 'bootstrapSecret'>;

const bootstrapSecret = 'a secret made at deployment';

const input = (overrides: Partial<Registration> = {}): Registration => ({
  email: `${newId()}@example.com`,
  password: 'correct horse',
  role: 'USER',
  ...overrides,
});
const adminInput = (overrides: Partial<Registration> = {}) => input({ role: 'ADMIN', ...overrides });

/** `register` on stage prod with tables of its own and a bootstrap secret, or none. */
async function service({ secret }: { secret: string | undefined } = { secret: bootstrapSecret }) {
  const { documents, tables } = await freshTables();
  const accounts = createAccountStore({ documents, table: tables.accounts });
  const parameters = createParameters({ fetchParameter: async () => secret, clock: systemClock });
  const deps = { accounts, parameters, bootstrapSecretParameter: '/bootstrap', stage: 'prod', clock: systemClock };
  return {
    accounts,
    register: (body: Registration, authority: Authority = {}) => register(deps, { ...body, ...authority }),
  };
}

describe('register', () => {
  it('stores a hash instead of the password', async () => {
    const shop = await service();
    const { id } = await shop.register(input());
    const stored = await shop.accounts.get(id);
    expect(JSON.stringify(stored)).not.toContain('correct horse');
    expect(stored).toMatchObject({ password_hash: expect.stringMatching(/^\$argon2id\$/) });
  });
});

describe('register with role ADMIN', () => {
  const someone = newId();

  it('fails with any secret if none is deployed', async () => {
    const shop = await service({ secret: undefined });
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

  it('does not use up the secret when the address is taken', async () => {
    const shop = await service();
    const { email } = await shop.register(input());
    const taken = shop.register(adminInput({ email }), { bootstrapSecret });
    await expect(taken).rejects.toMatchObject({ code: 'email_taken' });
    await expect(shop.register(adminInput(), { bootstrapSecret })).resolves.toMatchObject({ role: 'ADMIN' });
  });
});
