import * as z from 'zod/mini';
import { credentials, newCustomer, registration } from '../../lib/accounts/account.ts';
import { role } from '../../lib/accounts/role.ts';
import { contract } from '../../lib/http/contract.ts';
import { id } from '../../lib/platform/primitives.ts';

const token = {
  access_token: z.string(),
  token_type: z.literal('Bearer'),
  /** In seconds. */
  expires_in: z.int(),
};

export const registerContract = contract({
  operation: 'register',
  summary: 'Register an account (role ADMIN requires authorization)',
  routes: ['POST /auth/register'],
  access: 'anyone_or_account',
  rateLimits: ['auth-per-address', 'auth-per-address-and-email', 'auth-per-email'],
  request: {
    headers: z.object({ 'bootstrap-secret': z.optional(z.string().check(z.maxLength(200))) }),
    body: registration,
  },
  response: { status: 201, body: z.object({ id, email: z.string(), role }) },
  errors: ['contention', 'email_taken', 'forbidden'],
});

export const loginContract = contract({
  operation: 'login',
  summary: 'Log in with email address and password',
  routes: ['POST /auth/login'],
  access: 'anyone',
  rateLimits: ['auth-per-address', 'auth-per-address-and-email', 'auth-per-email'],
  request: { body: credentials },
  response: { status: 200, body: z.object(token) },
  errors: ['invalid_credentials'],
});

export const addCustomerContract = contract({
  operation: 'addCustomer',
  summary: 'Create a guest customer with an access token',
  routes: ['POST /customer/add'],
  access: 'anyone',
  rateLimits: ['guests-per-address'],
  request: { body: newCustomer },
  response: { status: 201, body: z.object({ id, username: z.string(), role, ...token }) },
  errors: [],
});
