import { createAccountStore } from '../../lib/accounts/account-store.ts';
import { addCustomer } from '../../lib/accounts/add-customer.ts';
import { accessTokens as tokens } from '../../lib/http/access-tokens.ts';
import { publicEndpoint } from '../../lib/http/public-endpoint.ts';
import { rateLimits } from '../../lib/http/rate-limits.ts';
import { systemClock } from '../../lib/platform/clock.ts';
import { config } from '../../lib/platform/config.ts';
import { createDocuments } from '../../lib/platform/dynamodb.ts';
import { addCustomerContract } from './contracts.ts';

const accounts = createAccountStore({ documents: createDocuments(), table: config.accountsTable });

export const handler = publicEndpoint(
  addCustomerContract,
  async ({ body }) => ({ body: await addCustomer({ accounts, tokens, clock: systemClock }, body) }),
  { rateLimits },
);
