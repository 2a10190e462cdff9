import type { ErrorCode } from '../../lib/errors.ts';
import type { Contract } from '../../lib/http/contract.ts';
import { possibleErrors } from '../../lib/http/possible-errors.ts';
import { problems } from '../../lib/http/problem.ts';
import { productId, requestId } from './example-values.ts';
import { headerRefs, limitHeaders } from './headers.ts';
import type { Json } from './schemas.ts';

/** What a client should do about each error code. */
const advice: Record<ErrorCode, string> = {
  body_too_large: 'Send at most 64 KB.',
  cart_empty: 'Add a product to the cart.',
  cart_full: 'Remove a line from the cart.',
  contention:
    'Nothing was written. Retry after `Retry-After` seconds. Exception: the update or deletion of a product may have ' +
    'been written, and the service then completes it in the background.',
  email_taken: 'Log in instead.',
  forbidden: 'Use an account that owns the resource, or an ADMIN.',
  idempotency_key_reused: 'Use a new key for a different request.',
  internal: 'Report `request_id`: this is a bug.',
  invalid_credentials: 'Check both.',
  invalid_request: 'Fix the fields and parameters listed in `errors`.',
  limit_exceeded: 'Order at most `available` units of the lines in `errors`.',
  malformed_json: 'Send valid JSON in UTF-8.',
  method_not_allowed: 'Use a method from the `Allow` header.',
  order_not_cancellable: 'Nothing to do.',
  order_not_found: 'Check the ID.',
  out_of_stock: 'Order at most `available` units of the lines in `errors`.',
  price_changed: 'Read the product or the cart again and ask the customer.',
  product_not_found: 'Check the ID. Deleted products are not found.',
  product_unavailable: 'Remove the lines in `errors`.',
  rate_limited: 'Wait `Retry-After` seconds. The `RateLimit` header shows the remaining requests.',
  route_not_found: 'Check the path.',
  unauthenticated: 'Send an access token. If you sent one, it is invalid or expired: log in again.',
  unavailable:
    'The database did not respond, so the request may or may not have taken effect. Retry after `Retry-After` seconds with ' +
    'the same `Idempotency-Key`, or read the resource first.',
  unsupported_media_type: 'Send `Content-Type: application/json` in UTF-8, without `Content-Encoding`.',
  version_mismatch: 'Read the product again and retry with its new ETag.',
};

/** Example `errors` of the codes that list fields or lines. */
const examples: Partial<Record<ErrorCode, readonly Json[]>> = {
  invalid_request: [{ path: 'quantity', message: 'Too small: expected number to be >=1' }],
  limit_exceeded: [shortLine('The customer can buy 1 more', 2, 1)],
  out_of_stock: [shortLine('Only 13 left', 50, 13)],
  price_changed: [{ path: 'expected_total', message: 'The total does not match expected_total' }],
  product_unavailable: [shortLine('Not on sale', 2, 0)],
};

function shortLine(message: string, requested: number, available: number): Json {
  return { path: `lines.${productId}`, message, product_id: productId, requested, available };
}

const exampleOf = (code: ErrorCode): Json => ({
  type: `urn:problem-type:sellout:${code}`,
  ...problems[code],
  code,
  request_id: requestId,
  ...(examples[code] === undefined ? {} : { errors: examples[code] }),
});

const headersByStatus: Readonly<Record<number, readonly string[]>> = {
  401: ['WWW-Authenticate'],
  429: ['Retry-After'],
  503: ['Retry-After'],
};

/** An error response: one status, and the codes that an operation can return with it. */
interface ProblemGroup {
  readonly name: string;
  readonly status: number;
  readonly codes: readonly ErrorCode[];
  readonly limitHeaders: readonly string[];
}

const groupsOf = (contract: Contract): ProblemGroup[] =>
  [...Map.groupBy(possibleErrors(contract), (code) => problems[code].status)].map(([status, codes]) => ({
    name: [...codes, ...(contract.rateLimits === undefined ? [] : ['limited'])].join('.'),
    status,
    codes,
    limitHeaders: limitHeaders(contract),
  }));

/** Returns the error responses of an operation by status. */
export const problemResponses = (contract: Contract): Record<string, Json> =>
  Object.fromEntries(
    groupsOf(contract).map(({ name, status }) => [status, { $ref: `#/components/responses/${name}` }]),
  );

/** Returns the components that `problemResponses` references. Most are shared between operations. */
export function problemComponents(contracts: readonly Contract[]) {
  const groups = contracts.flatMap(groupsOf);
  const codes = new Set(groups.flatMap((group) => group.codes));
  return {
    responses: Object.fromEntries(groups.map((group) => [group.name, problemResponse(group)])),
    examples: Object.fromEntries([...codes].map((code) => [code, { value: exampleOf(code) }])),
  };
}

const problemResponse = ({ status, codes, limitHeaders }: ProblemGroup): Json => ({
  description: codes.map((code) => `- \`${code}\`: ${problems[code].title}. ${advice[code]}`).join('\n'),
  headers: headerRefs(['X-Request-Id', 'Cache-Control', ...limitHeaders, ...(headersByStatus[status] ?? [])]),
  content: {
    'application/problem+json': {
      schema: {
        allOf: [
          { $ref: '#/components/schemas/Problem' },
          { properties: { status: { const: status }, code: { enum: codes } } },
        ],
      },
      examples: Object.fromEntries(codes.map((code) => [code, { $ref: `#/components/examples/${code}` }])),
    },
  },
});
