import type * as z from 'zod/mini';
import type { DomainError, ErrorCode } from '../errors.ts';
import type { problem } from './problem-schema.ts';

/** Status and title of every error code. A new code does not compile until it stands here. */
export const problems = {
  body_too_large: { status: 413, title: 'The body is larger than 64 KB' },
  cart_empty: { status: 409, title: 'The cart is empty' },
  cart_full: { status: 409, title: 'The cart holds 50 products already' },
  contention: { status: 503, title: 'Too many requests for the same thing at once' },
  email_taken: { status: 409, title: 'An account with this e-mail address exists' },
  forbidden: { status: 403, title: 'Not allowed' },
  idempotency_key_reused: { status: 422, title: 'The idempotency key was used with another request' },
  internal: { status: 500, title: 'Something went wrong on our side' },
  invalid_credentials: { status: 401, title: 'E-mail address or password is wrong' },
  invalid_request: { status: 422, title: 'The request is not valid' },
  limit_exceeded: { status: 409, title: 'More than one customer may buy' },
  malformed_json: { status: 400, title: 'The body is not JSON' },
  method_not_allowed: { status: 405, title: 'This path does not have that method' },
  order_not_cancellable: { status: 409, title: 'The order is rejected or cancelled already' },
  order_not_found: { status: 404, title: 'No such order' },
  out_of_stock: { status: 409, title: 'Not enough stock' },
  price_changed: { status: 409, title: 'The price has changed' },
  product_not_found: { status: 404, title: 'No such product' },
  product_unavailable: { status: 409, title: 'The product is not for sale' },
  rate_limited: { status: 429, title: 'Too many requests' },
  route_not_found: { status: 404, title: 'No such route' },
  unauthenticated: { status: 401, title: 'A valid access token is needed' },
  unavailable: { status: 503, title: 'Try again shortly' },
  unsupported_media_type: { status: 415, title: 'The body must be application/json' },
  version_mismatch: { status: 412, title: 'The product has changed since it was read' },
} as const satisfies Record<ErrorCode, { status: number; title: string }>;

/** An error as a reply: RFC 9457 `application/problem+json`. Its cause is never shown. */
export function problemResponse({ code, details }: DomainError, requestId: string) {
  const { status, title } = problems[code];
  const headers: Record<string, string> = {
    'Content-Type': 'application/problem+json',
    'Cache-Control': 'no-store',
  };
  if (details.retryAfterSeconds !== undefined) headers['Retry-After'] = String(details.retryAfterSeconds);
  if (details.allow !== undefined) headers['Allow'] = details.allow.join(', ');
  if (status === 401) headers['WWW-Authenticate'] = 'Bearer';
  const body: z.input<typeof problem> = {
    type: `urn:problem-type:sellout:${code}`,
    title,
    status,
    code,
    detail: details.detail,
    request_id: requestId,
    errors: details.errors,
  };
  return { statusCode: status, headers, body: JSON.stringify(body) };
}
