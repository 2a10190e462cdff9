import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2, Context } from 'aws-lambda';
import { DomainError } from '../errors.ts';
import { isServiceUnavailable } from '../platform/aws-errors.ts';
import { logger } from '../platform/logger.ts';
import { problemResponse } from './problem.ts';
import { type Limited, rateLimitHeaders } from './rate-limiting.ts';

interface Exchange {
  readonly event: APIGatewayProxyEventV2 & Limited;
  readonly context: Context;
  readonly error: Error | null | undefined;
  response: APIGatewayProxyStructuredResultV2 | undefined;
}

/** Puts the request's id and what it used of its limits on every reply, and turns whatever was thrown into a problem reply. */
export const responses = () => ({
  after({ event, context, response }: Exchange) {
    if (response !== undefined) withOurHeaders(response, event, context.awsRequestId);
  },
  onError(exchange: Exchange) {
    const { event, context, error } = exchange;
    const request_id = context.awsRequestId;
    const known = expected(error, { request_id, route: event.routeKey });
    exchange.response = withOurHeaders(problemResponse(known, request_id), event, request_id);
  },
});

/** Logs what no use case expects, and tells an outage, which may be tried again, from a defect. */
function expected(error: unknown, request: { request_id: string; route: string }): DomainError {
  if (error instanceof DomainError) return error;
  if (isServiceUnavailable(error)) {
    logger.warn('the database is out of reach', { ...request, error });
    return new DomainError('unavailable', { retryAfterSeconds: 1 });
  }
  logger.error('request failed', { ...request, error });
  return new DomainError('internal');
}

function withOurHeaders(response: APIGatewayProxyStructuredResultV2, event: Limited, requestId: string) {
  response.headers = { ...response.headers, ...rateLimitHeaders(event), 'X-Request-Id': requestId };
  return response;
}
