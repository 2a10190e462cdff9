import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import { DomainError } from '../errors.ts';
import { logger } from '../platform/logger.ts';
import { isOutage } from '../platform/outage.ts';
import { problemReply } from './problem.ts';

interface Exchange {
  readonly event: APIGatewayProxyEventV2;
  readonly error: Error | null | undefined;
  response: APIGatewayProxyStructuredResultV2 | undefined;
}

/** Puts the request's id on every reply, and turns whatever was thrown into a problem reply. */
export const replies = () => ({
  after({ event, response }: Exchange) {
    if (response !== undefined) withRequestId(response, event.requestContext.requestId);
  },
  onError(exchange: Exchange) {
    const { event, error } = exchange;
    const request_id = event.requestContext.requestId;
    exchange.response = withRequestId(problemReply(expected(error, event), request_id), request_id);
  },
});

/** Logs what no use case expects, and tells an outage, which may be tried again, from a defect. */
function expected(error: Error | null | undefined, { requestContext, routeKey }: APIGatewayProxyEventV2): DomainError {
  if (error instanceof DomainError) return error;
  const details = { request_id: requestContext.requestId, route: routeKey, error };
  if (isOutage(error)) {
    logger.warn('the database is out of reach', details);
    return new DomainError('unavailable', { retryAfterSeconds: 1 });
  }
  logger.error('request failed', details);
  return new DomainError('internal');
}

function withRequestId(response: APIGatewayProxyStructuredResultV2, requestId: string) {
  response.headers = { ...response.headers, 'X-Request-Id': requestId };
  return response;
}
