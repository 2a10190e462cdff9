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
 * Every code that an operation can answer: its own, and those of what `endpoint` puts in front of it. One that
 * takes nothing is taken to reach no database either, unless its contract names `unavailable`.
 */
export function possibleErrors({ access, rateLimits, request, anyQuery, errors }: Contract): ErrorCode[] {
  const takesSomething = access !== 'anyone' || Object.keys(request).length > 0;
  const possible: readonly ErrorCode[] = [
    'body_too_large',
    'internal',
    ...byAccess[access],
    ...(rateLimits === undefined ? [] : (['rate_limited'] as const)),
    ...(request.body === undefined ? [] : (['malformed_json', 'unsupported_media_type'] as const)),
    ...(anyQuery === true ? [] : (['invalid_request'] as const)),
    ...(takesSomething ? (['unavailable'] as const) : []),
    ...errors,
  ];
  return [...new Set(possible)].sort();
}
