/** All expected errors. Clients branch on these codes; `lib/http` maps each to a status. */
export type ErrorCode =
  | 'body_too_large'
  | 'cart_empty'
  | 'cart_full'
  | 'contention'
  | 'email_taken'
  | 'forbidden'
  | 'idempotency_key_reused'
  | 'internal'
  | 'invalid_credentials'
  | 'invalid_request'
  | 'limit_exceeded'
  | 'malformed_json'
  | 'method_not_allowed'
  | 'order_not_cancellable'
  | 'order_not_found'
  | 'out_of_stock'
  | 'price_changed'
  | 'product_not_found'
  | 'product_unavailable'
  | 'rate_limited'
  | 'route_not_found'
  | 'unauthenticated'
  | 'unavailable'
  | 'unsupported_media_type'
  | 'version_mismatch';

/** One problem of a request, at a path such as `items.0.quantity`. The other fields are for lines out of stock. */
export interface FieldError {
  readonly path: string;
  readonly message: string;
  readonly product_id?: string;
  readonly requested?: number;
  readonly available?: number;
}

export interface ErrorDetails {
  readonly detail?: string;
  readonly errors?: readonly FieldError[];
  readonly retryAfterSeconds?: number;
  /** The methods of the path, for `method_not_allowed`. */
  readonly allow?: readonly string[];
  readonly cause?: unknown;
}

/** An expected error. Any other error is a bug or an unavailable service; its response has no details. */
export class DomainError extends Error {
  override readonly name = 'DomainError';
  readonly code: ErrorCode;
  readonly details: ErrorDetails;

  constructor(code: ErrorCode, details: ErrorDetails = {}) {
    super(details.detail ?? code, { cause: details.cause });
    this.code = code;
    this.details = details;
  }
}
