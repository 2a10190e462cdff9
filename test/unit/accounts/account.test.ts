import { describe, expect, it } from 'vitest';
import * as z from 'zod/mini';
import { account, credentials, newCustomer, registration } from '../../../lib/accounts/account.ts';

const valid = { email: 'ada@example.com', password: 'correct horse' };
const accepts = (schema: z.ZodMiniType, value: unknown) => z.safeParse(schema, value).success;

describe('registration', () => {
  it('lower-cases the email address and defaults the role to USER', () => {
    expect(registration.parse({ ...valid, email: 'Ada@Example.COM' })).toEqual({ ...valid, role: 'USER' });
  });

  it.each([
    ['a text that is not an email address', { ...valid, email: 'ada' }],
    ['an address of 255 characters', { ...valid, email: `ada@${'example.'.repeat(31)}com` }],
    ['65 characters before the @', { ...valid, email: `${'a'.repeat(65)}@example.com` }],
    ['a host label of 64 characters', { ...valid, email: `ada@${'a'.repeat(64)}.com` }],
    ['a host label that ends with a hyphen', { ...valid, email: 'ada@example-.com' }],
    ['the key of another item', { ...valid, email: 'email#ada@example.com' }],
    ['a password of 7 characters', { ...valid, password: '1234567' }],
    ['a password of 129 characters', { ...valid, password: 'x'.repeat(129) }],
    ['a password with an unpaired surrogate', { ...valid, password: 'lone \ud800 half' }],
    ['an unknown role', { ...valid, role: 'ROOT' }],
    ['a role in lower case', { ...valid, role: 'admin' }],
  ])('rejects %s', (_, input) => {
    expect(accepts(registration, input)).toBe(false);
  });

  it('accepts the longest password and address', () => {
    const email = `${'a'.repeat(64)}@${'b'.repeat(63)}.${'c'.repeat(63)}.${'d'.repeat(57)}.com`;
    expect(email).toHaveLength(254);
    expect(accepts(registration, { email, password: 'x'.repeat(128) })).toBe(true);
  });
});

describe('credentials', () => {
  it('accepts passwords that the policy for new ones rejects', () => {
    expect(accepts(credentials, { ...valid, password: 'x' })).toBe(true);
    expect(accepts(credentials, { ...valid, password: '' })).toBe(false);
    expect(accepts(credentials, { ...valid, password: 'x'.repeat(129) })).toBe(false);
  });
});

describe('newCustomer', () => {
  it('accepts a name of 1 to 100 characters', () => {
    expect(newCustomer.parse({ username: ' Ada ' })).toEqual({ username: 'Ada' });
    expect(accepts(newCustomer, { username: ' ' })).toBe(false);
    expect(accepts(newCustomer, { username: 'x'.repeat(101) })).toBe(false);
  });
});

describe('account', () => {
  it('rejects a registered account without a password hash', () => {
    const stored = {
      id: '01890a5d-ac96-774b-bcce-b302099a8057',
      kind: 'registered',
      email: valid.email,
      role: 'USER',
      created_at: '2025-12-12T00:00:00.000Z',
    };
    expect(accepts(account, stored)).toBe(false);
    expect(accepts(account, { ...stored, password_hash: 'hash' })).toBe(true);
  });
});
