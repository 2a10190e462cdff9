import httpJsonBodyParser from '@middy/http-json-body-parser';
import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import * as z from 'zod/mini';
import { DomainError } from '../errors.ts';

/** Far above what 50 order lines need, far below what API Gateway lets through. */
const maxBodyBytes = 64 * 1024;

const parserError = z.object({
  statusCode: z.number(),
  cause: z.object({ data: z.optional(z.unknown()), message: z.optional(z.string()) }),
});

/** Refuses a body over 64 KB. It runs for every operation, before anything is decoded. */
export const bodyLimit = () => ({
  before({ event }: { event: APIGatewayProxyEventV2 }) {
    // serverless-offline hands over the JSON texts 0 and false as values.
    const body = String(event.body ?? '');
    // Base64 is a third longer than what it holds; the exact size matters only near the limit.
    const bytes = event.isBase64Encoded ? body.length * 0.75 : Buffer.byteLength(body);
    if (bytes > maxBodyBytes) throw new DomainError('body_too_large');
  },
});

/** Parses the body as JSON; keys that would reach an object's prototype are refused. */
export function jsonBody() {
  const parser = httpJsonBodyParser();
  return {
    before(request: Parameters<NonNullable<typeof parser.before>>[0]) {
      try {
        return parser.before?.(request);
      } catch (error) {
        throw translate(error);
      }
    },
  };
}

function translate(error: unknown): unknown {
  const parsed = parserError.safeParse(error);
  if (!parsed.success) return error;
  const { statusCode, cause } = parsed.data;
  if (statusCode === 415) return new DomainError('unsupported_media_type', { cause: error });
  // The parser names a key that it refuses; when the text is no JSON, it has a message as well.
  if (cause.message === undefined && typeof cause.data === 'string') {
    const errors = [{ path: cause.data, message: 'this key is not allowed' }];
    return new DomainError('invalid_request', { errors, cause: error });
  }
  const detail = cause.data === undefined ? 'a JSON body is needed' : 'the body cannot be parsed as JSON';
  return new DomainError('malformed_json', { detail, cause: error });
}
