import { describe, expect, it } from 'vitest';
import { etag } from '../../../lib/http/etag.ts';
import { eventOf } from '../../support/fixtures/domain-builders.ts';

const ifNoneMatch = (etag: string) => eventOf({ headers: { 'if-none-match': etag } });
const responseOf = (body: string, headers: Record<string, string> = {}) => ({
  statusCode: 200,
  headers: { 'Content-Type': 'application/json', 'Cache-Control': 'no-cache', ...headers },
  body,
});

function apply(event: ReturnType<typeof eventOf>, response: ReturnType<typeof responseOf>) {
  const exchange = { event, response };
  etag().after(exchange);
  return exchange.response;
}

describe('etag', () => {
  it('responds with 304 and the caching headers if the tag matches', () => {
    expect(apply(ifNoneMatch('"1"'), responseOf('{}', { ETag: '"1"' }))).toEqual({
      statusCode: 304,
      headers: { 'Cache-Control': 'no-cache', ETag: '"1"' },
    });
  });

  it('adds a weak tag of the body to a response without one', () => {
    const first = apply(eventOf(), responseOf('{}')).headers;
    expect(first).toMatchObject({ ETag: expect.stringMatching(/^W\/".{20}"$/), Vary: 'Accept-Encoding' });
    expect(apply(eventOf(), responseOf('{}')).headers).toEqual(first);
    expect(apply(eventOf(), responseOf('[]')).headers).not.toEqual(first);
    expect(apply(ifNoneMatch('"other"'), responseOf('{}'))).toMatchObject({ statusCode: 200, body: '{}' });
  });
});
