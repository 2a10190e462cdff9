import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import type { APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compression, encodingFor } from '../../../lib/http/compression.ts';
import { eventOf } from '../../support/fixtures/domain-builders.ts';

const long = JSON.stringify(Array.from({ length: 100 }, (_, n) => ({ name: `Keyboard ${n}` })));

function compress(acceptEncoding: string | undefined, response: { body: string; headers?: { ETag: string } }) {
  const result: APIGatewayProxyStructuredResultV2 & { body: string } = { statusCode: 200, ...response };
  const headers = acceptEncoding === undefined ? {} : { 'accept-encoding': acceptEncoding };
  compression().after({ event: eventOf({ headers }), response: result });
  return { headers: {}, isBase64Encoded: false, ...result };
}

describe('encodingFor', () => {
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
  ])('returns for %s: %s', (header, encoding) => {
    expect(encodingFor(header)).toBe(encoding);
  });

  it('returns a supported encoding for any header', () => {
    const part = fc.constantFrom('br', 'gzip', 'identity', '*', ';', 'q=', 'q=0', '0.5', ',', ' ', '\u0000', 'é');
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

describe('compression', () => {
  it.each([
    ['br', brotliDecompressSync],
    ['gzip', gunzipSync],
  ])('encodes a response of a few kilobytes as %s if accepted', (encoding, decode) => {
    const response = compress(encoding, { body: long });
    expect(response.headers).toEqual({ 'Content-Encoding': encoding, Vary: 'Accept-Encoding' });
    expect(response.isBase64Encoded).toBe(true);
    const sent = Buffer.from(response.body, 'base64');
    expect(sent.length).toBeLessThan(long.length / 2);
    expect(decode(sent).toString()).toBe(long);
  });

  it('sets Vary on an uncompressed response of compressible size', () => {
    expect(compress(undefined, { body: long })).toMatchObject({
      body: long,
      headers: { Vary: 'Accept-Encoding' },
      isBase64Encoded: false,
    });
  });

  it('does not compress a response below 1 KB', () => {
    expect(compress('br', { body: '{}' })).toMatchObject({ body: '{}', headers: {} });
  });

  it('compresses a response with a weak ETag, but not one with a strong ETag', () => {
    expect(compress('br', { body: long, headers: { ETag: '"1"' } }).body).toBe(long);
    expect(compress('br', { body: long, headers: { ETag: 'W/"1"' } }).body).not.toBe(long);
  });
});
