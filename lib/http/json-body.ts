import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import { parse } from 'content-type';
import { DomainError } from '../errors.ts';
import { parseJson } from '../platform/json.ts';
import { checkNames } from './json-names.ts';

/** Much more than 50 order lines need, and much less than API Gateway accepts. */
export const maxBodyBytes = 64 * 1024;

const jsonType = /^application\/([a-z0-9.+-]+\+)?json$/;
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** Rejects a body over 64 KB before it is decoded, for every operation. */
export const bodyLimit = () => ({
  before({ event }: { event: APIGatewayProxyEventV2 }) {
    // The local gateway passes null without a body.
    const body = event.body ?? '';
    // Base64 is a third longer than the bytes; a few padding bytes do not matter here.
    const bytes = event.isBase64Encoded ? body.length * 0.75 : Buffer.byteLength(body);
    if (bytes > maxBodyBytes) throw new DomainError('body_too_large');
  },
});

/**
 * Parses a JSON body exactly as the client sent it.
 *
 * @throws {DomainError} `unsupported_media_type` unless the headers announce uncompressed JSON in UTF-8;
 *   `malformed_json` if the body is not that; `invalid_request` if an object has a repeated or forbidden key
 */
export function readJsonBody(event: APIGatewayProxyEventV2): unknown {
  checkHeaders(event.headers);
  const body = event.body ?? '';
  if (body.trim() === '') throw new DomainError('malformed_json', { detail: 'The request needs a JSON body.' });
  const text = event.isBase64Encoded ? decoded(body) : body;
  // A gateway that decodes the body itself replaces invalid UTF-8 with this character.
  if (text.includes('\ufffd')) throw notUtf8();
  const value = parseJson(text);
  if (value === undefined) throw new DomainError('malformed_json', { detail: 'The body cannot be parsed as JSON.' });
  checkNames(text);
  return value;
}

/** @see https://www.rfc-editor.org/rfc/rfc9110#section-8.3 and 8.4; JSON is UTF-8 by RFC 8259, section 8.1 */
function checkHeaders(headers: APIGatewayProxyEventV2['headers']): void {
  const { type, parameters } = parse(headers['content-type'] ?? '');
  if (!jsonType.test(type)) throw new DomainError('unsupported_media_type');
  if ((parameters['charset'] ?? 'utf-8').toLowerCase() !== 'utf-8')
    throw new DomainError('unsupported_media_type', { detail: 'Send the body in UTF-8.' });
  if (!['', 'identity'].includes((headers['content-encoding'] ?? '').trim().toLowerCase()))
    throw new DomainError('unsupported_media_type', { detail: 'Send the body without Content-Encoding.' });
}

function decoded(base64: string): string {
  try {
    return utf8.decode(Buffer.from(base64, 'base64'));
  } catch (error) {
    throw notUtf8(error);
  }
}

const notUtf8 = (cause?: unknown) =>
  new DomainError('malformed_json', { detail: 'The body is not valid UTF-8, or contains U+FFFD.', cause });
