import type * as z from 'zod/mini';
import type { ErrorCode } from '../errors.ts';
import type { RateLimitName } from '../rate-limit/rate-limits.ts';

type Schema = z.ZodMiniType;

/**
 * Who may call an operation:
 * - `anyone`: tokens are ignored
 * - `anyone_or_account`: a token is optional
 * - `account`: any account; a use case may require more, such as owning the order
 * - `admin`: an ADMIN
 * - `customer`: the account of the request's `customer_id`
 * - `customer_or_admin`: that account or an ADMIN
 */
export type Access = 'anyone' | 'anyone_or_account' | 'account' | 'admin' | 'customer' | 'customer_or_admin';

export type RequestShape = {
  /** Method and path, for the operation that handles all other routes. */
  readonly http?: Schema;
  readonly params?: Schema;
  /** Unknown and repeated parameters are rejected. */
  readonly query?: z.ZodMiniObject;
  /** In lower case, as API Gateway passes them. */
  readonly headers?: Schema;
  readonly body?: Schema;
};

/** Describes an operation. Requests are validated, responses serialized and the OpenAPI document generated from it. */
export interface Contract<
  Shape extends RequestShape = RequestShape,
  Body extends Schema = Schema,
  Who extends Access = Access,
> {
  /** The operationId, and the function's key in serverless.yml. */
  readonly operation: string;
  readonly summary: string;
  /** As in serverless.yml, such as `GET /product/{product_id}`. */
  readonly routes: readonly string[];
  readonly access: Who;
  /** Checked in this order, up to the first that is exceeded. */
  readonly rateLimits?: readonly RateLimitName[];
  readonly request: Shape;
  /** Ignores the query string instead of validating it. */
  readonly anyQuery?: true;
  readonly response: {
    readonly status: number;
    readonly body?: Body;
    readonly headers?: readonly string[];
    /**
     * Cache-Control of the response, `no-store` by default. If set, the response has an ETag (by default a weak one of
     * the body), and a request with a matching If-None-Match gets 304.
     */
    readonly cacheControl?: string;
    /** Media type of a response that consists of `text` instead of JSON. */
    readonly media?: string;
    /** Policy of an HTML page; API responses use a deny-all policy. */
    readonly contentSecurityPolicy?: string;
  };
  /** Error codes besides those that its access, rate limits and body imply. */
  readonly errors: readonly ErrorCode[];
}

/** Infers the types of a contract. */
export const contract = <Shape extends RequestShape, Body extends Schema, Who extends Access>(
  parts: Contract<Shape, Body, Who>,
): Contract<Shape, Body, Who> => parts;
