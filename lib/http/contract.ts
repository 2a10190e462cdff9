import type * as z from 'zod/mini';
import type { ErrorCode } from '../errors.ts';
import type { RateLimitName } from '../rate-limit/rate-limits.ts';

type Schema = z.ZodMiniType;

/**
 * Who may call an operation.
 * - `anyone`: no token is looked at; `anyone_or_account`: a token counts where one is sent
 * - `account`: any signed-in account (a use case may ask for more, such as owning the order)
 * - `admin`: role ADMIN
 * - `customer`: the account that the request's `customer_id` names; `customer_or_admin`: or an ADMIN
 */
export type Access = 'anyone' | 'anyone_or_account' | 'account' | 'admin' | 'customer' | 'customer_or_admin';

export type RequestShape = {
  /** Method and path. The route says both of every request but those that match no route. */
  readonly http?: Schema;
  readonly params?: Schema;
  /** Parameters that it does not name are refused, and so are those that are given twice. */
  readonly query?: z.ZodMiniObject;
  /** Names in lower case, as API Gateway delivers them. */
  readonly headers?: Schema;
  readonly body?: Schema;
};

/** What an operation takes, gives and refuses. It validates requests and shapes replies. */
export interface Contract<
  Shape extends RequestShape = RequestShape,
  Body extends Schema = Schema,
  Who extends Access = Access,
> {
  /** Also the key of the function in serverless.yml. */
  readonly operation: string;
  readonly summary: string;
  /** As written in serverless.yml, such as `GET /product/{product_id}`. */
  readonly routes: readonly string[];
  readonly access: Who;
  /** In the order in which they count; one that is exceeded keeps the request from the rest. */
  readonly rateLimits?: readonly RateLimitName[];
  readonly request: Shape;
  /** Its query string is not looked at, whatever stands in it. */
  readonly anyQuery?: true;
  readonly response: {
    readonly status: number;
    readonly body?: Body;
    readonly headers?: readonly string[];
    /**
     * How caches may keep the reply. Where this is given, the reply to a GET has an ETag (a weak one of its body
     * if the use case sets none) and a matching If-None-Match gets 304. All other replies say `no-store`.
     */
    readonly cacheControl?: string;
    /** The media type of a reply that is no JSON but the `text` that the use case gives. */
    readonly media?: string;
    /** Of a page, in place of the one that lets nothing happen. */
    readonly contentSecurityPolicy?: string;
  };
  /** Beyond those that any operation with its access and body can give. */
  readonly errors: readonly ErrorCode[];
}

/** Types a contract by its parts. */
export const contract = <Shape extends RequestShape, Body extends Schema, Who extends Access>(
  parts: Contract<Shape, Body, Who>,
): Contract<Shape, Body, Who> => parts;
