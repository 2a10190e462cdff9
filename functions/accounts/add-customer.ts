import { createAccountStore } from '../../lib/accounts/account-store.ts';
import { addCustomer } from '../../lib/accounts/add-customer.ts';
import { accessTokens as tokens } from '../../lib/http/access-tokens.ts';
import { publicEndpoint } from '../../lib/http/public-endpoint.ts';
import { config } from '../../lib/platform/config.ts';
import { createDocuments } from '../../lib/platform/dynamodb.ts';
import { createRateLimits } from '../../lib/rate-limit/rate-limits.ts';
import { addCustomerContract } from './contracts.ts';

const accounts = createAccountStore({ documents: createDocuments(), table: config.accountsTable });
const rateLimits = createRateLimits({ documents: createDocuments({ maxAttempts: 1 }), ...config });

export const handler = publicEndpoint(
  addCustomerContract,
  async ({ body }) => ({ body: await addCustomer({ accounts, tokens }, body) }),
  { rateLimits },
);
