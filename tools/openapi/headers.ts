import type { Contract } from '../../lib/http/contract.ts';

/** Headers of replies, beside the usual ones for security and CORS. */
const headers: Readonly<Record<string, object>> = {
  'Cache-Control': { description: 'Whether and how long the reply may be kept.', schema: { type: 'string' } },
  ETag: {
    description: 'The version of what is shown.',
    required: true,
    schema: { type: 'string', pattern: '^(W/)?"[^"]+"$' },
    example: '"1.15-0"',
  },
  'Idempotent-Replayed': {
    description:
      'Present when a request with this key was carried out before, and this one changed nothing more.',
    schema: { type: 'string', const: 'true' },
  },
  Location: {
    description: 'The path of what was made.',
    required: true,
    schema: { type: 'string', format: 'uri-reference' },
    example: '/order/68d40ff2-1fcf-5e4b-8c52-ad4d5504c5f0',
  },
  RateLimit: {
    description:
      'Of each limit in `RateLimit-Policy`: the requests left (`r`) and the seconds until it starts anew (`t`). ' +
      'Where only requests that are still being checked use up a limit of failures, `r` is 0 and `t` is 1.',
    schema: { type: 'string' },
    example: '"orders-per-account";r=59;t=42',
  },
  'RateLimit-Policy': {
    description: 'The limits that looked at this request: how many (`q`) in how many seconds (`w`).',
    schema: { type: 'string' },
    example: '"orders-per-account";q=60;w=60',
  },
  'Retry-After': {
    description: 'Seconds to wait before the request is repeated.',
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
    description: 'Names this request; a problem repeats it as `request_id`.',
    required: true,
    schema: { type: 'string', format: 'uuid' },
  },
};

export const headerComponents = headers;

/** On the replies of an operation with limits, unless it was refused before they were counted. */
export const limitHeaders = ({ rateLimits }: Contract): readonly string[] =>
  rateLimits === undefined ? [] : ['RateLimit-Policy', 'RateLimit'];

/** References to the headers of these names. @throws {Error} for a name that is not described here */
export function headerRefs(names: readonly string[]): Record<string, { $ref: string }> {
  const unknown = names.find((name) => !(name in headers));
  if (unknown !== undefined) throw new Error(`describe the header ${unknown} in tools/openapi/headers.ts`);
  return Object.fromEntries(names.map((name) => [name, { $ref: `#/components/headers/${name}` }]));
}
