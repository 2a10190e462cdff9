import { inject } from 'vitest';
import * as z from 'zod/mini';
import { operationAt } from '../openapi/operations.ts';
import { violationsOf } from '../openapi/violations.ts';
import { securityHeaderErrors } from './security-headers.ts';

/** A problem (RFC 9457) with the documented fields only. */
const problem = z.strictObject({
  type: z.string(),
  title: z.string(),
  status: z.int(),
  code: z.string(),
  detail: z.optional(z.string()),
  request_id: z.uuid(),
  errors: z.optional(
    z.array(
      z.strictObject({
        path: z.string(),
        message: z.string(),
        product_id: z.optional(z.uuid()),
        requested: z.optional(z.int()),
        available: z.optional(z.int()),
      }),
    ),
  ),
});
type Problem = z.output<typeof problem>;

export interface ApiResponse {
  readonly status: number;
  readonly headers: Headers;
  /** Parsed JSON, or undefined if the body is empty. */
  readonly body: unknown;
  /** The body of an error response; undefined on success. */
  readonly problem: Problem | undefined;
}

interface Extras {
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent unchanged instead of JSON. */
  readonly text?: string;
}

export interface Client {
  send(method: string, path: string, json?: unknown, extras?: Extras): Promise<ApiResponse>;
  get(path: string, extras?: Extras): Promise<ApiResponse>;
  post(path: string, json?: unknown, extras?: Extras): Promise<ApiResponse>;
  patch(path: string, json?: unknown, extras?: Extras): Promise<ApiResponse>;
  delete(path: string, extras?: Extras): Promise<ApiResponse>;
  /** Returns a client with another token, or an anonymous one without a token. */
  as(token?: string): Client;
}

/**
 * Sends requests to the service. Every request throws unless its response has a request id and the security
 * headers, matches docs/openapi.json, is a problem if its status is an error, and reports no bug (status
 * 500).
 *
 * @param onResponse called with every response that passed these checks
 */
export function createClient(
  baseUrl: string,
  token?: string,
  onResponse: (method: string, path: string, response: ApiResponse) => void = () => {},
): Client {
  async function send(method: string, path: string, json?: unknown, extras: Extras = {}): Promise<ApiResponse> {
    const text = extras.text ?? (json === undefined ? undefined : JSON.stringify(json));
    const response = await fetch(`${baseUrl}${path}`, {
      method,
      headers: {
        ...(text === undefined ? {} : { 'Content-Type': 'application/json' }),
        ...(token === undefined ? {} : { Authorization: `Bearer ${token}` }),
        ...extras.headers,
      },
      ...(text === undefined ? {} : { body: text }),
    });
    const content = await response.text();
    const at = `${method} ${path}`.slice(0, 200);
    const checked = check(at, response, content);
    const operation = operationAt(method, path);
    const violations = operation === undefined ? [] : violationsOf(operation, checked);
    if (violations.length > 0) throw new Error(`${at}: ${response.status} ${content.slice(0, 500)}: ${violations}`);
    onResponse(method, path, checked);
    return checked;
  }

  return {
    send,
    get: (path, extras) => send('GET', path, undefined, extras),
    post: (path, json, extras) => send('POST', path, json, extras),
    patch: (path, json, extras) => send('PATCH', path, json, extras),
    delete: (path, extras) => send('DELETE', path, undefined, extras),
    as: (other) => createClient(baseUrl, other, onResponse),
  };
}

function check(at: string, { status, headers }: Response, content: string): ApiResponse {
  const failure = (why: string) => new Error(`${at}: ${why}: ${status} ${content.slice(0, 500)}`);
  if (status >= 500 && status !== 503) throw failure('bug in the service');
  const requestId = headers.get('X-Request-Id');
  if (requestId === null) throw failure('no X-Request-Id');
  const faults = securityHeaderErrors(headers);
  if (faults.length > 0) throw failure(faults.join(', '));
  const isJson = /json(;|$)/.test(headers.get('Content-Type') ?? '');
  const body: unknown = content === '' ? undefined : isJson ? JSON.parse(content) : content;
  if (status < 400) return { status, headers, body, problem: undefined };

  const parsed = problem.safeParse(body);
  if (!parsed.success) throw failure(z.prettifyError(parsed.error));
  if (headers.get('Content-Type') !== 'application/problem+json') throw failure('no problem+json');
  if (parsed.data.request_id !== requestId) throw failure('another request_id in the body');
  if (parsed.data.status !== status) throw failure('another status in the body');
  if (parsed.data.code === 'internal') throw failure('bug in the service');
  return { status, headers, body, problem: parsed.data };
}

/** Returns an anonymous client at stage `local`. */
export const localClient = (): Client => createClient(inject('localUrl'));

/** Returns an anonymous client at stage `dev`, where registering an ADMIN needs authorization. */
export const devClient = (): Client => createClient(inject('devUrl'));

/**
 * Returns the body, parsed by the schema.
 *
 * @throws unless the response has this status and matches the schema
 */
export function expectResponse<T extends z.ZodMiniType>(response: ApiResponse, status: number, schema: T): z.output<T> {
  if (response.status === status) return schema.parse(response.body);
  throw new Error(`Expected ${status}, got ${response.status} ${JSON.stringify(response.body)}`);
}

/** Returns what clients branch on, `{ status, code }`, for one comparison in a test. */
export const outcomeOf = ({ status, problem }: ApiResponse) => ({ status, code: problem?.code });

/** Returns the paths of the fields that an error lists. */
export const pathsOf = ({ problem }: ApiResponse): string[] => [...new Set(problem?.errors?.map(({ path }) => path))];
