/** Every expected outcome that is not success. Clients branch on these; `lib/http` maps each to a status. */
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

/** One thing wrong with the request: where (`items.0.quantity`) and what, for stock also how many there are. */
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
  /** The methods that the path has. */
  readonly allow?: readonly string[];
  readonly cause?: unknown;
}

/** An expected refusal. Anything else that is thrown is a defect and becomes a 500 that says nothing. */
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
