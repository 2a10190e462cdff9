import * as contracts from '../../../functions/accounts/contracts.ts';
import { credentials, newCustomer, registration } from '../../../lib/accounts/account.ts';
import { type Area, component } from '../area.ts';
import { customerId, token } from '../example-values.ts';

const { registerContract, loginContract, addCustomerContract } = contracts;

const tokenFields = {
  access_token: 'Send it as `Authorization: Bearer …`.',
  token_type: 'Always `Bearer`.',
  expires_in: 'Lifetime of the token in seconds: one hour for a registered account, one day for a guest.',
};
const email = 'Stored and compared in lower case.';
const role = '`ADMIN` manages products and sees every order; `USER` buys.';

export const accounts: Area = {
  contracts: Object.values(contracts),
  requests: [
    component('Registration', registration, {
      description: 'A new account.',
      fields: { email, password: '8 to 128 characters, without composition rules.', role },
      example: { email: 'rina@example.com', password: 'twelve twelve', role: 'USER' },
    }),
    component('Credentials', credentials, {
      description: 'The credentials of a registered account.',
      fields: { email, password: 'The password of the account.' },
      example: { email: 'rina@example.com', password: 'twelve twelve' },
    }),
    component('NewCustomer', newCustomer, {
      description: 'A new guest customer.',
      fields: {
        username:
          'A display name; it need not be unique. It needs a visible character and no control characters. ' +
          'Leading and trailing whitespace is removed.',
      },
      example: { username: 'rina' },
    }),
  ],
  responses: [
    component('Account', registerContract.response.body, {
      description: 'A registered account.',
      fields: {
        id: 'Account ID, which is also the customer ID in carts and orders.',
        email: 'The email address in lower case.',
        role,
      },
      example: { id: customerId, email: 'rina@example.com', role: 'USER' },
    }),
    component('Token', loginContract.response.body, {
      description: 'An access token.',
      fields: tokenFields,
      example: token,
    }),
    component('Customer', addCustomerContract.response.body, {
      description: 'A guest customer with an access token.',
      fields: {
        id: 'Customer ID for carts and orders.',
        username: 'The name as sent.',
        role,
        ...tokenFields,
      },
      example: { id: customerId, username: 'rina', role: 'USER', ...token, expires_in: 86_400 },
    }),
  ],
  operations: {
    register: {
      description:
        'Anyone can register with role `USER`. Role `ADMIN` requires the access token of an ADMIN or the bootstrap ' +
        'secret, which works once. On stage `local`, anyone can register as `ADMIN`. A request for role `ADMIN` ' +
        'without authorization fails with 403 and creates no account.',
    },
    login: {
      description:
        'The response and its timing do not reveal whether the email address or the password was wrong. ' +
        'Rate limits count failed logins per client address and email address, and per email address. A login counts ' +
        'as failed while it is being checked, so many concurrent logins can get 429 with `Retry-After: 1`.',
    },
    addCustomer: {
      description:
        'A guest has no password and cannot log in again: keep the token. Use it to fill a cart and to order.',
    },
  },
};
