import * as z from 'zod/mini';
import { id, text } from '../platform/primitives.ts';
import { role } from './role.ts';

/**
 * Lower-cased, so that one mailbox has one account. Strictly the local part is case-sensitive, but no large
 * provider treats it so. 254 is the longest address SMTP can carry (RFC 5321, erratum 1690 of RFC 3696), 64 the
 * longest local part (RFC 5321, section 4.5.3.1.1), 63 the longest label of a host name (RFC 1035, section 2.3.4).
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

/** At least 8 as NIST SP 800-63B asks, and no rules of composition; the upper limit bounds the hashing work. */
const newPassword = z.string().check(
  z.minLength(8),
  z.maxLength(128),
  z.refine((value) => value.isWellFormed(), { error: 'contains characters that are not valid Unicode' }),
);

export const registration = z.strictObject({ email, password: newPassword, role: z._default(role, 'USER') });
export type Registration = z.infer<typeof registration>;

/** Any password that fits is well-formed here: a refusal must not teach the policy for new ones. */
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

/** As stored: holds a password hash, so it never leaves the domain. */
export const account = z.discriminatedUnion('kind', [registeredAccount, guestAccount]);
export type Account = z.infer<typeof account>;
