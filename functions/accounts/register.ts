import { createAccountStore } from '../../lib/accounts/account-store.ts';
import { register } from '../../lib/accounts/register.ts';
import { parameters } from '../../lib/http/access-tokens.ts';
import { openEndpoint } from '../../lib/http/endpoint.ts';
import { rateLimits } from '../../lib/http/rate-limits.ts';
import { systemClock } from '../../lib/platform/clock.ts';
import { config } from '../../lib/platform/config.ts';
import { createDocuments } from '../../lib/platform/dynamodb.ts';
import { registerContract } from './contracts.ts';

const accounts = createAccountStore({ documents: createDocuments(), table: config.accountsTable });
const deps = { accounts, parameters, clock: systemClock, ...config };

export const handler = openEndpoint(
  registerContract,
  async ({ headers, body }, caller) => ({
    body: await register(deps, { ...body, caller, bootstrapSecret: headers['bootstrap-secret'] }),
  }),
  { rateLimits },
);
