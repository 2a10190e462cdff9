// Made by `npm run openapi`: a cold start does not pay for the contracts of all functions.
import routes from '../../docs/routes.json' with { type: 'json' };
import { DomainError } from '../../lib/errors.ts';
import { allowedMethods } from '../../lib/http/allowed-methods.ts';
import { publicEndpoint } from '../../lib/http/public-endpoint.ts';
import { notFoundContract } from './contracts.ts';

export const handler = publicEndpoint(notFoundContract, ({ http, headers }) => {
  // API Gateway may give preflights to the default route, and adds the headers of CORS to this reply.
  if (
    http.method === 'OPTIONS' &&
    headers.origin !== undefined &&
    headers['access-control-request-method'] !== undefined
  )
    return {};
  const allow = allowedMethods(routes, http.path);
  throw allow.length === 0
    ? new DomainError('route_not_found')
    : new DomainError('method_not_allowed', { allow });
});
