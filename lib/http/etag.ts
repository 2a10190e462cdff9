import { createHash } from 'node:crypto';
import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import { matchesWeakly } from './entity-tags.ts';

interface Exchange {
  readonly event: APIGatewayProxyEventV2;
  response: APIGatewayProxyStructuredResultV2 | undefined;
}

/**
 * Gives a reply an ETag if it has none, and turns it into 304 without a body where If-None-Match names that
 * tag. A header that cannot be parsed counts as absent, because a GET without it is always right.
 */
export const etag = () => ({
  after(exchange: Exchange) {
    const { event, response } = exchange;
    if (response?.body === undefined) return;
    // Only a reply with a weak tag may come in another encoding, which a 304 has to say as well.
    const headers =
      response.headers?.['ETag'] === undefined
        ? { ...response.headers, ETag: weakTag(response.body), Vary: 'Accept-Encoding' }
        : response.headers;
    response.headers = headers;
    const known = event.headers['if-none-match'];
    if (known === undefined || !matchesWeakly(known, String(headers['ETag']))) return;
    const { 'Content-Type': _, ...kept } = headers;
    exchange.response = { statusCode: 304, headers: kept };
  },
});

/** Weak, because the reply may be sent in several encodings under the same tag. 120 bits do not collide. */
const weakTag = (body: string): string =>
  `W/"${createHash('sha256').update(body).digest('base64url').slice(0, 20)}"`;
