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

/** Adds the request id and the rate limit headers to every response, and turns errors into problem responses. */
export const responses = () => ({
  after({ event, context, response }: Exchange) {
    if (response !== undefined) withHeaders(response, event, context.awsRequestId);
  },
  onError(exchange: Exchange) {
    const { event, context, error } = exchange;
    const requestId = context.awsRequestId;
    const problem = problemResponse(domainErrorOf(error, event.routeKey), requestId);
    exchange.response = withHeaders(problem, event, requestId);
  },
});

/** Logs an unexpected error and maps it to `unavailable` if a service failed, otherwise to `internal`. */
function domainErrorOf(error: unknown, route: string): DomainError {
  if (error instanceof DomainError) return error;
  if (isServiceUnavailable(error)) {
    logger.warn('DATABASE_UNAVAILABLE', { route, error });
    return new DomainError('unavailable', { retryAfterSeconds: 1 });
  }
  logger.error('REQUEST_FAILED', { route, error });
  return new DomainError('internal');
}

function withHeaders(response: APIGatewayProxyStructuredResultV2, event: Limited, requestId: string) {
  response.headers = { ...response.headers, ...rateLimitHeaders(event), 'X-Request-Id': requestId };
  return response;
}
