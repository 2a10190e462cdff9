import type { ErrorCode } from '../errors.ts';
import type { Access, Contract } from './contract.ts';

const byAccess: Record<Access, readonly ErrorCode[]> = {
  anyone: [],
  anyone_or_account: ['unauthenticated'],
  account: ['unauthenticated'],
  admin: ['unauthenticated', 'forbidden'],
  customer: ['unauthenticated', 'forbidden'],
  customer_or_admin: ['unauthenticated', 'forbidden'],
};

/**
 * Returns all error codes of an operation: those of its contract and those of the middleware. An operation without
 * input is assumed not to use the database, unless its contract lists `unavailable`.
 */
export function possibleErrors({ access, rateLimits, request, anyQuery, errors }: Contract): ErrorCode[] {
  const hasInput = access !== 'anyone' || Object.keys(request).length > 0;
  const possible: readonly ErrorCode[] = [
    'body_too_large',
    'internal',
    ...byAccess[access],
    ...(rateLimits === undefined ? [] : (['rate_limited'] as const)),
    ...(request.body === undefined ? [] : (['malformed_json', 'unsupported_media_type'] as const)),
    ...(anyQuery === true ? [] : (['invalid_request'] as const)),
    ...(hasInput ? (['unavailable'] as const) : []),
    ...errors,
  ];
  return [...new Set(possible)].sort();
}
