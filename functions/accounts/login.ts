import { createAccountStore } from '../../lib/accounts/account-store.ts';
import { login } from '../../lib/accounts/login.ts';
import { accessTokens as tokens } from '../../lib/http/access-tokens.ts';
import { publicEndpoint } from '../../lib/http/public-endpoint.ts';
import { rateLimits } from '../../lib/http/rate-limits.ts';
import { config } from '../../lib/platform/config.ts';
import { createDocuments } from '../../lib/platform/dynamodb.ts';
import { loginContract } from './contracts.ts';

const accounts = createAccountStore({ documents: createDocuments(), table: config.accountsTable });

export const handler = publicEndpoint(
  loginContract,
  async ({ body }) => ({ body: await login({ accounts, tokens }, body) }),
  { rateLimits },
);
