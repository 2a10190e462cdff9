import type { Contract } from '../../lib/http/contract.ts';

/** Response headers, without those for security and CORS. */
const headers: Readonly<Record<string, object>> = {
  'Cache-Control': { description: 'How caches can store the response.', schema: { type: 'string' } },
  ETag: {
    description: 'Version of the response body.',
    required: true,
    schema: { type: 'string', pattern: '^(W/)?"[^"]+"$' },
    example: '"1.15-0"',
  },
  'Idempotent-Replayed': {
    description: 'Present when an earlier request with this key had the effect and this request changed nothing.',
    schema: { type: 'string', const: 'true' },
  },
  Location: {
    description: 'Path of the created resource.',
    required: true,
    schema: { type: 'string', format: 'uri-reference' },
    example: '/order/68d40ff2-1fcf-5e4b-8c52-ad4d5504c5f0',
  },
  RateLimit: {
    description:
      'For each limit in `RateLimit-Policy`: the remaining requests (`r`) and the seconds until the limit resets ' +
      '(`t`). When only logins that are still being checked use up a limit on failed logins, `r` is 0 and `t` is 1.',
    schema: { type: 'string' },
    example: '"orders-per-account";r=59;t=42',
  },
  'RateLimit-Policy': {
    description: 'The limits that count this request: requests (`q`) per seconds (`w`).',
    schema: { type: 'string' },
    example: '"orders-per-account";q=60;w=60',
  },
  'Retry-After': {
    description: 'Seconds to wait before a retry.',
    required: true,
    schema: { type: 'string', pattern: '^\\d+$' },
    example: '1',
  },
  'WWW-Authenticate': {
    description: 'How to authenticate.',
    required: true,
    schema: { type: 'string', const: 'Bearer' },
  },
  'X-Request-Id': {
    description: 'ID of this request; errors repeat it as `request_id`.',
    required: true,
    schema: { type: 'string', format: 'uuid' },
  },
};

export const headerComponents = headers;

/** Sent by operations with rate limits, unless the request fails before it is counted. */
export const limitHeaders = ({ rateLimits }: Contract): readonly string[] =>
  rateLimits === undefined ? [] : ['RateLimit-Policy', 'RateLimit'];

/** Returns references to these headers. @throws {Error} for a header without a description in this file */
export function headerRefs(names: readonly string[]): Record<string, { $ref: string }> {
  const unknown = names.find((name) => !(name in headers));
  if (unknown !== undefined)
    throw new Error(`Header ${unknown} has no description. Add it to tools/openapi/headers.ts.`);
  return Object.fromEntries(names.map((name) => [name, { $ref: `#/components/headers/${name}` }]));
}
