import type { ErrorCode } from '../../lib/errors.ts';
import type { Contract } from '../../lib/http/contract.ts';
import { possibleErrors } from '../../lib/http/possible-errors.ts';
import { problems } from '../../lib/http/problem.ts';
import { productId, requestId } from './example-values.ts';
import { headerRefs, limitHeaders } from './headers.ts';
import type { Json } from './schemas.ts';

/** What a client does about each code. */
const advice: Record<ErrorCode, string> = {
  body_too_large: 'Send at most 64 KB.',
  cart_empty: 'Put something in first.',
  cart_full: 'Remove a line first.',
  contention:
    'Nothing was written, or for `PATCH /product/{product_id}` a change that is finished in the background. Repeat after ' +
    '`Retry-After` seconds.',
  email_taken: 'Log in instead.',
  forbidden: 'It is not yours, or for an ADMIN only.',
  idempotency_key_reused: 'Use a new key for another request.',
  internal: 'A defect of the service; report `request_id`.',
  invalid_credentials: 'It does not say which.',
  invalid_request: 'Correct the fields and parameters that `errors` names.',
  limit_exceeded: 'Order at most the `available` units that `errors` names.',
  malformed_json: 'Send valid JSON in UTF-8.',
  method_not_allowed: 'Use a method that `Allow` names.',
  order_not_cancellable: 'Nothing is left to do.',
  order_not_found: 'Check the id.',
  out_of_stock: 'Order at most the `available` units that `errors` names.',
  price_changed: 'Read the product or the cart again, and ask the customer.',
  product_not_found: 'Check the id; a deleted product counts as unknown.',
  product_unavailable: 'It is not active now; leave it out.',
  rate_limited: 'Wait `Retry-After` seconds; `RateLimit` on earlier replies tells how much is left.',
  route_not_found: 'Check the path.',
  unauthenticated: 'Send a token; if you did it has expired, so log in again.',
  unavailable:
    'The database is out of reach, or the reply could not be read from it. The request may have been carried out: repeat it ' +
    'after `Retry-After` seconds with the same `Idempotency-Key`, or read first whether it was.',
  unsupported_media_type: 'Send `Content-Type: application/json`, in UTF-8 and without `Content-Encoding`.',
  version_mismatch: 'Read the product again, then repeat with its new ETag.',
};

/** Of the codes that name fields or lines, what they name. */
const examples: Partial<Record<ErrorCode, readonly Json[]>> = {
  invalid_request: [{ path: 'quantity', message: 'Too small: expected number to be >=1' }],
  limit_exceeded: [shortLine('this customer may buy 1 more', 2, 1)],
  out_of_stock: [shortLine('only 13 left', 50, 13)],
  price_changed: [{ path: 'expected_total', message: 'the total is another by now' }],
  product_unavailable: [shortLine('not for sale', 2, 0)],
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

/** An error reply: one status, and the codes that an operation can give with it. */
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

/** The error replies of an operation by status. */
export const problemResponses = (contract: Contract): Record<string, Json> =>
  Object.fromEntries(
    groupsOf(contract).map(({ name, status }) => [status, { $ref: `#/components/responses/${name}` }]),
  );

/** What `problemResponses` refers to: operations share most of it. */
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
