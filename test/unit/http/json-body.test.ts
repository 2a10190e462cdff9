import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import { describe, expect, it } from 'vitest';
import { readJsonBody } from '../../../lib/http/json-body.ts';
import { eventOf } from '../../support/fixtures/domain-builders.ts';

type Headers = Record<string, string>;

const json = { 'content-type': 'application/json' };
const read = (overrides: Partial<APIGatewayProxyEventV2>) =>
  readJsonBody(eventOf({ headers: json, body: '{"name":"Ada"}', ...overrides }));
const readBytes = (bytes: Uint8Array) => read({ body: Buffer.from(bytes).toString('base64'), isBase64Encoded: true });
const utf8 = (text: string) => Buffer.from(text, 'utf8');

describe('readJsonBody', () => {
  it.each([
    'application/json',
    'APPLICATION/JSON',
    ' application/json\t',
    'application/json;',
    'application/json; charset=utf-8',
    'application/json;charset=UTF-8',
    'application/json ;\tcharset="utf-8"',
    'application/json; charset="UTF-8"; q="a;charset=iso-8859-1"',
    'application/json; q=";charset=iso-8859-1"',
    'application/json; charset="\\utf-8"',
    'application/merge-patch+json',
    'application/vnd.sellout+json; charset=utf-8',
  ])('accepts media type %j', (type) => {
    expect(read({ headers: { 'content-type': type } })).toEqual({ name: 'Ada' });
  });

  it.each<Headers>([
    {},
    ...[
      '',
      'json',
      '*/*',
      'text/json',
      'text/plain',
      'application/jsonx',
      'application/+json',
      'application/x+json+xml',
      'application/json, text/plain',
      'application/json; charset=iso-8859-1',
      'application/json; charset="utf-16"',
      'application/json; CHARSET="Windows-1252"',
      'application/json; charset=""',
      'application/json; v=";"; charset=latin1',
      'application/vnd.sellout+json; charset=us-ascii',
    ].map((type) => ({ 'content-type': type })),
  ])('rejects headers %j', (headers) => {
    expect(() => read({ headers })).toThrow(expect.objectContaining({ code: 'unsupported_media_type' }));
    // Also without a body.
    expect(() => read({ headers, body: '' })).toThrow(expect.objectContaining({ code: 'unsupported_media_type' }));
  });

  it.each(['identity', 'Identity', ' identity '])('accepts content encoding %j', (coding) => {
    expect(read({ headers: { ...json, 'content-encoding': coding } })).toEqual({ name: 'Ada' });
  });

  it.each(['gzip', 'br', 'identity, gzip', 'utf-8', 'x'])('rejects content encoding %j', (coding) => {
    expect(() => read({ headers: { ...json, 'content-encoding': coding } })).toThrow(
      expect.objectContaining({ code: 'unsupported_media_type' }),
    );
  });

  it.each([undefined, '', null])('rejects body %j', (body) => {
    // The local gateway passes null, which the event's type does not allow.
    const event = { ...eventOf({ headers: json }), body };
    expect(() => Reflect.apply(readJsonBody, undefined, [event])).toThrow(
      expect.objectContaining({
        code: 'malformed_json',
        details: { detail: 'The request needs a JSON body.' },
      }),
    );
  });

  it.each(['{}', '[]', 'null', '0', 'false', '"x"', ' {"a": [1]} '])('parses %s', (text) => {
    expect(read({ body: text })).toEqual(JSON.parse(text));
    expect(readBytes(utf8(text))).toEqual(JSON.parse(text));
  });

  it.each(['é', '😀', '\u0000', '\u2028'])('preserves %j, also in base64', (text) => {
    const body = JSON.stringify({ name: text });
    expect(read({ body })).toEqual({ name: text });
    expect(readBytes(utf8(body))).toEqual({ name: text });
  });

  it.each([
    ['Latin-1', [0xe9]],
    ['half a character', [0xe2, 0x82]],
    ['a surrogate', [0xed, 0xa0, 0x80]],
    ['an overlong form', [0xc0, 0xaf]],
    ['more than Unicode has', [0xf4, 0x90, 0x80, 0x80]],
    ['a replacement character', [0xef, 0xbf, 0xbd]],
  ])('rejects a body with %s', (_, bytes) => {
    const body = Buffer.concat([utf8('{"name":"Caf'), Buffer.from(bytes), utf8('"}')]);
    const malformed = expect.objectContaining({ code: 'malformed_json' });
    expect(() => readBytes(body)).toThrow(malformed);
    // As from a gateway that decodes the body itself.
    expect(() => read({ body: body.toString('utf8') })).toThrow(malformed);
  });

  it.each(['{', '{"a":1,}', '\ufeff{}', "{'a':1}", '{}{}', 'NaN'])('rejects malformed JSON: %j', (text) => {
    for (const attempt of [() => read({ body: text }), () => readBytes(utf8(text))])
      expect(attempt).toThrow(expect.objectContaining({ code: 'malformed_json' }));
  });
});
