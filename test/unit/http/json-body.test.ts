import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import { describe, expect, it } from 'vitest';
import { readJsonBody } from '../../../lib/http/json-body.ts';
import { eventOf } from '../../support/builders-domain.ts';

type Headers = Record<string, string>;

const json = { 'content-type': 'application/json' };
const read = (overrides: Partial<APIGatewayProxyEventV2>) =>
  readJsonBody(eventOf({ headers: json, body: '{"name":"Ada"}', ...overrides }));
const readBytes = (bytes: Uint8Array) =>
  read({ body: Buffer.from(bytes).toString('base64'), isBase64Encoded: true });
const utf8 = (text: string) => Buffer.from(text, 'utf8');

describe('the media type of a body', () => {
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
  ])('may be %j', (type) => {
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
  ])('may not be %j', (headers) => {
    expect(() => read({ headers })).toThrow(expect.objectContaining({ code: 'unsupported_media_type' }));
    // Also where there is nothing to parse.
    expect(() => read({ headers, body: '' })).toThrow(
      expect.objectContaining({ code: 'unsupported_media_type' }),
    );
  });
});

describe('a content coding', () => {
  it.each(['identity', 'Identity', ' identity '])('may be %j', (coding) => {
    expect(read({ headers: { ...json, 'content-encoding': coding } })).toEqual({ name: 'Ada' });
  });

  it.each(['gzip', 'br', 'identity, gzip', 'utf-8', 'x'])('may not be %j', (coding) => {
    expect(() => read({ headers: { ...json, 'content-encoding': coding } })).toThrow(
      expect.objectContaining({ code: 'unsupported_media_type' }),
    );
  });
});

describe('a body', () => {
  it.each([undefined, '', null])('is needed: %j', (body) => {
    // The types of the event know no null, and gateways other than AWS's send it.
    const event = { ...eventOf({ headers: json }), body };
    expect(() => Reflect.apply(readJsonBody, undefined, [event])).toThrow(
      expect.objectContaining({
        code: 'malformed_json',
        details: { detail: 'The request needs a JSON body.' },
      }),
    );
  });

  it.each(['{}', '[]', 'null', '0', 'false', '"x"', ' {"a": [1]} '])('may be the JSON %s', (text) => {
    expect(read({ body: text })).toEqual(JSON.parse(text));
    expect(readBytes(utf8(text))).toEqual(JSON.parse(text));
  });

  it.each(['é', '😀', '\u0000', '\u2028'])('holds %j as it was sent, in base64 as well', (text) => {
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
  ])('is no JSON where its bytes hold %s', (_, bytes) => {
    const body = Buffer.concat([utf8('{"name":"Caf'), Buffer.from(bytes), utf8('"}')]);
    const refusal = expect.objectContaining({ code: 'malformed_json' });
    expect(() => readBytes(body)).toThrow(refusal);
    // As a gateway hands it over that has decoded it already.
    expect(() => read({ body: body.toString('utf8') })).toThrow(refusal);
  });

  it.each(['{', '{"a":1,}', '\ufeff{}', "{'a':1}", '{}{}', 'NaN'])('is no JSON where it is %j', (text) => {
    for (const attempt of [() => read({ body: text }), () => readBytes(utf8(text))])
      expect(attempt).toThrow(expect.objectContaining({ code: 'malformed_json' }));
  });
});
