import * as contracts from '../../../functions/accounts/contracts.ts';
import { credentials, newCustomer, registration } from '../../../lib/accounts/account.ts';
import { type Area, component } from '../area.ts';
import { customerId, token } from '../example-values.ts';

const { registerContract, loginContract, addCustomerContract } = contracts;

const tokenFields = {
  access_token: 'Send it as `Authorization: Bearer …`.',
  token_type: 'Always `Bearer`.',
  expires_in:
    'Seconds for which the token is valid: an hour for an account with a password, a day for a guest.',
};
const email = 'Compared and stored in lower case.';
const role = '`ADMIN` manages products and sees every order; `USER` buys.';

export const accounts: Area = {
  contracts: Object.values(contracts),
  requests: [
    component('Registration', registration, {
      description: 'A new account.',
      fields: { email, password: '8 to 128 characters; nothing is said about which.', role },
      example: { email: 'rina@example.com', password: 'twelve twelve', role: 'USER' },
    }),
    component('Credentials', credentials, {
      description: 'What an account was registered with.',
      fields: { email, password: 'The password, as registered.' },
      example: { email: 'rina@example.com', password: 'twelve twelve' },
    }),
    component('NewCustomer', newCustomer, {
      description: 'A guest.',
      fields: {
        username:
          'Any name with a visible character and no control characters, not unique; blanks around it are dropped.',
      },
      example: { username: 'rina' },
    }),
  ],
  replies: [
    component('Account', registerContract.response.body, {
      description: 'An account with a password.',
      fields: { id: 'Also the customer id of carts and orders.', email: 'In lower case.', role },
      example: { id: customerId, email: 'rina@example.com', role: 'USER' },
    }),
    component('Token', loginContract.response.body, {
      description: 'An access token.',
      fields: tokenFields,
      example: token,
    }),
    component('Customer', addCustomerContract.response.body, {
      description: 'A guest, signed in.',
      fields: { id: 'The customer id of carts and orders.', username: 'As given.', role, ...tokenFields },
      example: { id: customerId, username: 'rina', role: 'USER', ...token, expires_in: 86_400 },
    }),
  ],
  operations: {
    register: {
      description:
        'Role `USER` is free. Role `ADMIN` needs the token of an ADMIN, or the bootstrap secret, which works ' +
        'once ever; on the stage `local` anyone may have it. Without that right the answer is 403: never is a ' +
        'USER made instead.',
    },
    login: {
      description:
        'The answer is the same, and takes as long, whether the address is unknown or the password wrong. ' +
        'Limits count failures by client address and mailbox, and by mailbox. A login that is being checked counts until ' +
        'it succeeds: of many at once some are refused with `Retry-After: 1`.',
    },
    addCustomer: {
      description:
        'A guest has nothing to log in with: the token is the account. Use it to fill a cart and to order.',
    },
  },
};
