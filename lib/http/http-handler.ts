import middy from '@middy/core';
import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import * as z from 'zod/mini';
import type { AccessTokens, Caller } from '../accounts/access-token.ts';
import type { RateLimits } from '../rate-limit/rate-limits.ts';
import { type Authenticated, authenticate, authorizeCustomer } from './authenticate.ts';
import { compression } from './compression.ts';
import type { Contract, RequestShape } from './contract.ts';
import { etag } from './etag.ts';
import { bodyLimit, readJsonBody } from './json-body.ts';
import { readQuery } from './query.ts';
import { type Counted, type Limited, rateLimiterOf } from './rate-limiting.ts';
import { responses } from './responses.ts';
import { pagePolicy, securityHeaders } from './security-headers.ts';
import { validate } from './validate.ts';

type Event = APIGatewayProxyEventV2 & Authenticated & Limited;
type Result = APIGatewayProxyStructuredResultV2;
type Parsed<Shape extends RequestShape> = z.output<z.ZodMiniObject<Shape>>;

/** What a use case gives back: the body, which the contract shapes so that nothing else leaks, and headers. */
interface Reply<Body> {
  readonly body?: Body;
  /** Of a reply whose contract names a media type, in place of the body. */
  readonly text?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** `admit` counts the request by its limits; where the edge has done so before, it is not to be called. */
export type UseCase<Shape extends RequestShape, Body extends z.ZodMiniType, Who> = (
  request: Parsed<Shape>,
  caller: Who,
  admit: () => Promise<void>,
) => Promise<Reply<z.input<Body>>> | Reply<z.input<Body>>;

export interface Options {
  /** Needed where the contract names limits. */
  readonly rateLimits?: RateLimits;
  /** The use case calls `admit` itself, beside its first read and before it writes anything. */
  readonly admitsItself?: true;
}

/**
 * A Lambda handler behind an HTTP API (payload format 2.0). Every failure becomes a problem reply; a defect is
 * logged once, with the request's id, and shows as a bare 500.
 *
 * @param tokens verifies those that are sent; without it the caller stays unknown, and nothing of tokens is loaded
 */
export function httpHandler<Shape extends RequestShape, Body extends z.ZodMiniType>(
  contract: Contract<Shape, Body>,
  useCase: UseCase<Shape, Body, Caller | undefined>,
  { rateLimits, admitsItself }: Options,
  tokens?: AccessTokens,
) {
  const { access, request, response, anyQuery } = contract;
  const { contentSecurityPolicy } = response;
  const schema = z.object(request);
  const parameters = request.query?.shape ?? {};
  const limitsOfRequest = limitsOf(contract, rateLimits);

  const handle = async (event: Event): Promise<Result> => {
    const parsed = validate(schema, {
      http: event.requestContext.http,
      params: event.pathParameters ?? {},
      query: anyQuery === true ? {} : readQuery(event.rawQueryString, parameters),
      headers: event.headers,
      body: request.body && readJsonBody(event),
    });
    authorizeCustomer(access, event.caller, parsed);
    const { admit, settling } = limitsOfRequest({ event, parsed, caller: event.caller });
    if (admitsItself !== true) await admit();
    const { body, text, headers } = await settling(async () => useCase(parsed, event.caller, admit));
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

  // middy runs onError and after from the last registered to the first: the outermost come first here.
  const handler = middy<Event, Result>();
  if (contentSecurityPolicy !== undefined) handler.use(pagePolicy(contentSecurityPolicy));
  handler.use(securityHeaders()).use(responses()).use(bodyLimit()).use(compression());
  if (response.cacheControl !== undefined) handler.use(etag());
  if (tokens !== undefined) handler.use(authenticate(tokens, access));
  return handler.handler(handle);
}

function limitsOf({ operation, rateLimits: names }: Contract, rateLimits: RateLimits | undefined) {
  if (names === undefined)
    return (_: Counted) => ({ admit: async () => {}, settling: <T>(run: () => Promise<T>) => run() });
  if (rateLimits === undefined) throw new Error(`${operation} has rate limits and nothing to count them`);
  return (request: Counted) => rateLimiterOf(rateLimits, names, request);
}
