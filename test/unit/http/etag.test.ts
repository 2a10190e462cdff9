import { describe, expect, it } from 'vitest';
import { etag } from '../../../lib/http/etag.ts';
import { eventOf } from '../../support/builders-domain.ts';

const known = (etag: string) => eventOf({ headers: { 'if-none-match': etag } });
const replyOf = (body: string, headers: Record<string, string> = {}) => ({
  statusCode: 200,
  headers: { 'Content-Type': 'application/json', 'Cache-Control': 'no-cache', ...headers },
  body,
});

function answer(event: ReturnType<typeof eventOf>, response: ReturnType<typeof replyOf>) {
  const exchange = { event, response };
  etag().after(exchange);
  return exchange.response;
}

describe('a reply that caches may keep', () => {
  it('is 304 to whoever knows it: no body and no type of one, but what caches go by', () => {
    expect(answer(known('"1"'), replyOf('{}', { ETag: '"1"' }))).toEqual({
      statusCode: 304,
      headers: { 'Cache-Control': 'no-cache', ETag: '"1"' },
    });
  });

  it('gets a weak tag of its body where it has none', () => {
    const first = answer(eventOf(), replyOf('{}')).headers;
    expect(first).toMatchObject({ ETag: expect.stringMatching(/^W\/".{20}"$/), Vary: 'Accept-Encoding' });
    expect(answer(eventOf(), replyOf('{}')).headers).toEqual(first);
    expect(answer(eventOf(), replyOf('[]')).headers).not.toEqual(first);
    expect(answer(known('"other"'), replyOf('{}'))).toMatchObject({ statusCode: 200, body: '{}' });
  });
});
