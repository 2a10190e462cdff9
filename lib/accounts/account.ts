import * as z from 'zod/mini';
import { id, text } from '../platform/primitives.ts';
import { role } from './role.ts';

/**
 * Lower-cased, so that a mailbox has one account: the RFC makes the local part case-sensitive, but no large provider
 * does. Maximum lengths: 254 for an address in SMTP (RFC 5321, erratum 1690 of RFC 3696), 64 for the local part (RFC
 * 5321, section 4.5.3.1.1), 63 for a label of a host name (RFC 1035, section 2.3.4).
 */
const email = z
  .email({
    pattern:
      /^([A-Za-z0-9_'+-]+\.)*[A-Za-z0-9_'+-]*[A-Za-z0-9_+-]@([A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z]{2,63}$/,
  })
  .check(
    z.toLowerCase(),
    z.maxLength(254),
    z.refine((address) => address.indexOf('@') <= 64, { error: 'Invalid email address' }),
  );

const username = text(100);

/** NIST SP 800-63B: at least 8 characters, no composition rules. The maximum bounds the hashing work. */
const newPassword = z.string().check(
  z.minLength(8),
  z.maxLength(128),
  z.refine((value) => value.isWellFormed(), { error: 'Contains characters that are not valid Unicode' }),
);

export const registration = z.strictObject({ email, password: newPassword, role: z._default(role, 'USER') });
export type Registration = z.infer<typeof registration>;

/** Accepts any password of valid length: a validation error must not reveal the policy for new passwords. */
export const credentials = z.strictObject({
  email,
  password: z.string().check(z.minLength(1), z.maxLength(128)),
});
export type Credentials = z.infer<typeof credentials>;

export const newCustomer = z.strictObject({ username });
export type NewCustomer = z.infer<typeof newCustomer>;

const stored = { id, role, created_at: z.iso.datetime() };

const registeredAccount = z.object({
  ...stored,
  kind: z.literal('registered'),
  email: z.string(),
  password_hash: z.string(),
});
export type RegisteredAccount = z.infer<typeof registeredAccount>;

const guestAccount = z.object({ ...stored, kind: z.literal('guest'), username: z.string() });
export type GuestAccount = z.infer<typeof guestAccount>;

/** As stored. Contains a password hash, so it never leaves this folder. */
export const account = z.discriminatedUnion('kind', [registeredAccount, guestAccount]);
export type Account = z.infer<typeof account>;
