import { createHash } from 'node:crypto';
import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import { matchesWeakly } from './entity-tags.ts';

interface Exchange {
  readonly event: APIGatewayProxyEventV2;
  response: APIGatewayProxyStructuredResultV2 | undefined;
}

/**
 * Adds an ETag to a response without one, and responds with 304 if it matches If-None-Match. Ignores a malformed
 * header: a full response is always correct.
 */
export const etag = () => ({
  after(exchange: Exchange) {
    const { event, response } = exchange;
    if (response?.body === undefined) return;
    // Only responses with a weak tag are compressed; a 304 needs the same Vary header.
    const headers =
      response.headers?.['ETag'] === undefined
        ? { ...response.headers, ETag: weakTag(response.body), Vary: 'Accept-Encoding' }
        : response.headers;
    response.headers = headers;
    const ifNoneMatch = event.headers['if-none-match'];
    if (ifNoneMatch === undefined || !matchesWeakly(ifNoneMatch, String(headers['ETag']))) return;
    const { 'Content-Type': _, ...kept } = headers;
    exchange.response = { statusCode: 304, headers: kept };
  },
});

/** Weak, because the encodings of a response share the tag. 120 bits do not collide. */
const weakTag = (body: string): string => `W/"${createHash('sha256').update(body).digest('base64url').slice(0, 20)}"`;
