import type * as z from 'zod/mini';
import type { DomainError, ErrorCode } from '../errors.ts';
import type { problem } from './problem-schema.ts';

/** Status and title of every error code. */
export const problems = {
  body_too_large: { status: 413, title: 'Request body exceeds 64 KB' },
  cart_empty: { status: 409, title: 'Cart is empty' },
  cart_full: { status: 409, title: 'Cart is full (50 products)' },
  contention: { status: 503, title: 'Too many concurrent requests' },
  email_taken: { status: 409, title: 'Email address already registered' },
  forbidden: { status: 403, title: 'Access denied' },
  idempotency_key_reused: { status: 422, title: 'Idempotency key used for another request' },
  internal: { status: 500, title: 'Internal server error' },
  invalid_credentials: { status: 401, title: 'Invalid email address or password' },
  invalid_request: { status: 422, title: 'Invalid request' },
  limit_exceeded: { status: 409, title: 'Purchase limit exceeded' },
  malformed_json: { status: 400, title: 'Malformed JSON body' },
  method_not_allowed: { status: 405, title: 'Method not allowed' },
  order_not_cancellable: { status: 409, title: 'Order is already rejected or cancelled' },
  order_not_found: { status: 404, title: 'Order not found' },
  out_of_stock: { status: 409, title: 'Insufficient stock' },
  price_changed: { status: 409, title: 'Price changed' },
  product_not_found: { status: 404, title: 'Product not found' },
  product_unavailable: { status: 409, title: 'Product not on sale' },
  rate_limited: { status: 429, title: 'Rate limit exceeded' },
  route_not_found: { status: 404, title: 'Route not found' },
  unauthenticated: { status: 401, title: 'Access token missing or invalid' },
  unavailable: { status: 503, title: 'Service temporarily unavailable' },
  unsupported_media_type: { status: 415, title: 'Unsupported media type' },
  version_mismatch: { status: 412, title: 'Product changed since it was read' },
} as const satisfies Record<ErrorCode, { status: number; title: string }>;

/** Creates an error response (RFC 9457, `application/problem+json`). It never contains the cause. */
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
