import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import { parse } from 'content-type';
import { DomainError } from '../errors.ts';
import { checkNames } from './json-names.ts';

/** Far above what 50 order lines need, far below what API Gateway lets through. */
export const maxBodyBytes = 64 * 1024;

const jsonType = /^application\/([a-z0-9.+-]+\+)?json$/;
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** Refuses a body over 64 KB. It runs for every operation, before anything is decoded. */
export const bodyLimit = () => ({
  before({ event }: { event: APIGatewayProxyEventV2 }) {
    // Gateways other than AWS's give null where there is no body.
    const body = event.body ?? '';
    // Base64 is a third longer than what it holds; the exact size matters only near the limit.
    const bytes = event.isBase64Encoded ? body.length * 0.75 : Buffer.byteLength(body);
    if (bytes > maxBodyBytes) throw new DomainError('body_too_large');
  },
});

/**
 * The value of a JSON body, every character of which is as the client sent it.
 *
 * @throws {DomainError} `unsupported_media_type` unless it says that it is JSON, in UTF-8 and not compressed;
 *   `malformed_json` where it is not; `invalid_request` where a name in it stands twice or reaches a prototype
 */
export function readJsonBody(event: APIGatewayProxyEventV2): unknown {
  checkHeaders(event.headers);
  const body = event.body ?? '';
  if (body.trim() === '') throw new DomainError('malformed_json', { detail: 'a JSON body is needed' });
  const text = event.isBase64Encoded ? decoded(body) : body;
  // A gateway that decodes the body itself puts this character where the bytes are not UTF-8.
  if (text.includes('\ufffd')) throw notUtf8();
  const value = parsed(text);
  checkNames(text);
  return value;
}

/** @see https://www.rfc-editor.org/rfc/rfc9110#section-8.3 and 8.4; JSON is UTF-8 by RFC 8259, section 8.1 */
function checkHeaders(headers: APIGatewayProxyEventV2['headers']): void {
  const { type, parameters } = parse(headers['content-type'] ?? '');
  if (!jsonType.test(type)) throw new DomainError('unsupported_media_type');
  if ((parameters['charset'] ?? 'utf-8').toLowerCase() !== 'utf-8')
    throw new DomainError('unsupported_media_type', { detail: 'send the body in UTF-8' });
  if (!['', 'identity'].includes((headers['content-encoding'] ?? '').trim().toLowerCase()))
    throw new DomainError('unsupported_media_type', { detail: 'send the body without Content-Encoding' });
}

function decoded(base64: string): string {
  try {
    return utf8.decode(Buffer.from(base64, 'base64'));
  } catch (error) {
    throw notUtf8(error);
  }
}

const notUtf8 = (cause?: unknown) =>
  new DomainError('malformed_json', { detail: 'the body is not UTF-8, or holds U+FFFD', cause });

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new DomainError('malformed_json', { detail: 'the body cannot be parsed as JSON', cause });
  }
}
