import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import type { APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compression, encodingFor } from '../../../lib/http/compression.ts';
import { eventOf } from '../../support/fixtures/domain-builders.ts';

const long = JSON.stringify(Array.from({ length: 100 }, (_, n) => ({ name: `Keyboard ${n}` })));

function compress(
  acceptEncoding: string | undefined,
  response: { body: string; headers?: { ETag: string } },
) {
  const reply: APIGatewayProxyStructuredResultV2 & { body: string } = { statusCode: 200, ...response };
  const headers = acceptEncoding === undefined ? {} : { 'accept-encoding': acceptEncoding };
  compression().after({ event: eventOf({ headers }), response: reply });
  return { headers: {}, isBase64Encoded: false, ...reply };
}

describe('the encoding of a reply', () => {
  it.each([
    ['gzip, deflate, br', 'br'],
    ['gzip', 'gzip'],
    ['GZIP;q=0.5', 'gzip'],
    ['br;q=0.5, gzip;q=0.8', 'gzip'],
    ['br;q=0, gzip', 'gzip'],
    ['*', 'br'],
    ['*;q=0.1, gzip', 'gzip'],
    ['br;q=0, *', 'gzip'],
    ['identity, gzip;q=0.5', 'identity'],
    ['identity;q=0', 'identity'],
    ['*;q=0', 'identity'],
    ['zstd, deflate', 'identity'],
    ['', 'identity'],
    ['br;q=2', 'identity'],
    ['br;q=high', 'identity'],
    [undefined, 'identity'],
  ])('for %s is %s', (header, encoding) => {
    expect(encodingFor(header)).toBe(encoding);
  });

  it('is found for any header', () => {
    const part = fc.constantFrom(
      'br',
      'gzip',
      'identity',
      '*',
      ';',
      'q=',
      'q=0',
      '0.5',
      ',',
      ' ',
      '\u0000',
      'é',
    );
    const header = fc.oneof(
      fc.string(),
      fc.array(part).map((parts) => parts.join('')),
    );
    fc.assert(
      fc.property(header, (text) => {
        expect(['br', 'gzip', 'identity']).toContain(encodingFor(text));
      }),
    );
  });
});

describe('a reply', () => {
  it.each([
    ['br', brotliDecompressSync],
    ['gzip', gunzipSync],
  ])('of a few kilobytes is sent as %s where that is accepted', (encoding, decode) => {
    const reply = compress(encoding, { body: long });
    expect(reply.headers).toEqual({ 'Content-Encoding': encoding, Vary: 'Accept-Encoding' });
    expect(reply.isBase64Encoded).toBe(true);
    const sent = Buffer.from(reply.body, 'base64');
    expect(sent.length).toBeLessThan(long.length / 2);
    expect(decode(sent).toString()).toBe(long);
  });

  it('that is not compressed says that it might have been', () => {
    const reply = compress(undefined, { body: long });
    expect(reply).toMatchObject({ body: long, headers: { Vary: 'Accept-Encoding' }, isBase64Encoded: false });
  });

  it('below a kilobyte stays as it is', () => {
    expect(compress('br', { body: '{}' })).toMatchObject({ body: '{}', headers: {} });
  });

  it('with a strong ETag stays as it is, and one with a weak ETag does not', () => {
    expect(compress('br', { body: long, headers: { ETag: '"1"' } }).body).toBe(long);
    expect(compress('br', { body: long, headers: { ETag: 'W/"1"' } }).body).not.toBe(long);
  });
});
