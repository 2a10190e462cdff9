import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import { DomainError } from '../errors.ts';
import { logger } from '../platform/logger.ts';
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
    if (!(error instanceof DomainError)) {
      logger.error('request failed', { request_id, route: event.routeKey, error });
    }
    exchange.response = withRequestId(problemReply(error, request_id), request_id);
  },
});

function withRequestId(response: APIGatewayProxyStructuredResultV2, requestId: string) {
  response.headers = { ...response.headers, 'X-Request-Id': requestId };
  return response;
}
