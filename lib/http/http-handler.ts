import middy from '@middy/core';
import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2, Context } from 'aws-lambda';
import * as z from 'zod/mini';
import type { AccessTokens } from '../accounts/access-token.ts';
import type { Caller } from '../platform/caller.ts';
import { logger } from '../platform/logger.ts';
import type { RateLimits } from '../rate-limit/rate-limits.ts';
import { type Authenticated, authenticate, authorizeCustomer } from './authenticate.ts';
import { compression } from './compression.ts';
import type { Contract, RequestShape } from './contract.ts';
import { etag } from './etag.ts';
import { bodyLimit, readJsonBody } from './json-body.ts';
import { readQuery } from './query.ts';
import { type CountedRequest, type Limited, rateLimiterOf } from './rate-limiting.ts';
import { responses } from './responses.ts';
import { pagePolicy, securityHeaders } from './security-headers.ts';
import { validate } from './validate.ts';

type Event = APIGatewayProxyEventV2 & Authenticated & Limited;
type Result = APIGatewayProxyStructuredResultV2;
type Parsed<Shape extends RequestShape> = z.output<z.ZodMiniObject<Shape>>;

interface UseCaseResult<Body> {
  /** Serialized by the contract's schema, which drops all other fields. */
  readonly body?: Body;
  /** Instead of a body, if the contract has a media type. */
  readonly text?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** `checkRateLimits` is for a use case that checks them itself: see `Options`. */
export type UseCase<Shape extends RequestShape, Body extends z.ZodMiniType, Who> = (
  request: Parsed<Shape>,
  caller: Who,
  checkRateLimits: () => Promise<void>,
) => Promise<UseCaseResult<z.input<Body>>> | UseCaseResult<z.input<Body>>;

export interface Options {
  /** Required if the contract has rate limits. */
  readonly rateLimits?: RateLimits;
  /** The use case awaits `checkRateLimits` itself, before any write, to overlap it with a read. */
  readonly useCaseChecksRateLimits?: true;
}

/**
 * Creates a Lambda handler for an HTTP API (payload format 2.0). Every error becomes a problem response. A bug is
 * logged once and becomes a 500 without details.
 *
 * @param tokens verifies access tokens; without it the handler ignores tokens and its bundle contains no token code
 */
export function httpHandler<Shape extends RequestShape, Body extends z.ZodMiniType>(
  contract: Contract<Shape, Body>,
  useCase: UseCase<Shape, Body, Caller | undefined>,
  { rateLimits, useCaseChecksRateLimits }: Options,
  tokens?: AccessTokens,
) {
  const { access, request, response, anyQuery } = contract;
  const { contentSecurityPolicy } = response;
  const schema = z.object(request);
  const parameters = request.query?.shape ?? {};
  const limiterOf = createLimiter(contract, rateLimits);

  const handle = async (event: Event): Promise<Result> => {
    const parsed = validate(schema, {
      http: event.requestContext.http,
      params: event.pathParameters ?? {},
      query: anyQuery === true ? {} : readQuery(event.rawQueryString, parameters),
      headers: event.headers,
      body: request.body && readJsonBody(event),
    });
    authorizeCustomer(access, event.caller, parsed);
    const { checkRateLimits, runCounted } = limiterOf({ event, parsed, caller: event.caller });
    if (useCaseChecksRateLimits !== true) await checkRateLimits();
    const { body, text, headers } = await runCounted(async () => useCase(parsed, event.caller, checkRateLimits));
    const cacheControl = response.cacheControl ?? 'no-store';
    const base = {
      statusCode: response.status,
      headers: { 'Cache-Control': cacheControl, ...headers },
    };
    const content = response.body === undefined ? text : JSON.stringify(response.body.parse(body));
    if (content === undefined) return base;
    const type = response.media ?? 'application/json';
    return { ...base, headers: { 'Content-Type': type, ...base.headers }, body: content };
  };

  // middy runs `after` and `onError` in reverse order of registration, so the outermost middleware comes first.
  const chain = middy<Event, Result>();
  if (contentSecurityPolicy !== undefined) chain.use(pagePolicy(contentSecurityPolicy));
  chain.use(securityHeaders()).use(responses()).use(bodyLimit()).use(compression());
  if (response.cacheControl !== undefined) chain.use(etag());
  if (tokens !== undefined) chain.use(authenticate(tokens, access));
  chain.handler(handle);
  return (event: Event, context: Context): Promise<Result> => logger.withContext(context, () => chain(event, context));
}

function createLimiter({ operation, rateLimits: names }: Contract, rateLimits: RateLimits | undefined) {
  if (names === undefined)
    return (_: CountedRequest) => ({
      checkRateLimits: async () => {},
      runCounted: <T>(run: () => Promise<T>) => run(),
    });
  if (rateLimits === undefined) throw new Error(`${operation} has rate limits, but no rateLimits option`);
  return (request: CountedRequest) => rateLimiterOf(rateLimits, names, request);
}
