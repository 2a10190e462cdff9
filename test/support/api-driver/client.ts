import { inject } from 'vitest';
import * as z from 'zod/mini';
import { operationAt } from '../openapi/operations.ts';
import { violationsOf } from '../openapi/violations.ts';
import { headerFaults } from './security-headers.ts';

/** RFC 9457, with nothing in it that nobody promised. */
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

export interface Reply {
  readonly status: number;
  readonly headers: Headers;
  /** Parsed JSON; undefined where there is no body. */
  readonly body: unknown;
  /** Of an error reply; undefined for success. */
  readonly problem: Problem | undefined;
}

interface Extras {
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent as it is, in place of JSON. */
  readonly text?: string;
}

export interface Client {
  send(method: string, path: string, json?: unknown, extras?: Extras): Promise<Reply>;
  get(path: string, extras?: Extras): Promise<Reply>;
  post(path: string, json?: unknown, extras?: Extras): Promise<Reply>;
  patch(path: string, json?: unknown, extras?: Extras): Promise<Reply>;
  delete(path: string, extras?: Extras): Promise<Reply>;
  /** The same service for another caller; without a token for an anonymous one. */
  as(token?: string): Client;
}

/**
 * Talks to the service. Every reply, whatever a test looks at, must carry the request's id and the security
 * headers, be a problem if it is an error, be documented in docs/openapi.json as it is, and admit no defect:
 * otherwise the request throws.
 */
export function createClient(baseUrl: string, token?: string): Client {
  async function send(method: string, path: string, json?: unknown, extras: Extras = {}): Promise<Reply> {
    const text = extras.text ?? (json === undefined ? undefined : JSON.stringify(json));
    const reply = await fetch(`${baseUrl}${path}`, {
      method,
      headers: {
        ...(text === undefined ? {} : { 'Content-Type': 'application/json' }),
        ...(token === undefined ? {} : { Authorization: `Bearer ${token}` }),
        ...extras.headers,
      },
      ...(text === undefined ? {} : { body: text }),
    });
    const content = await reply.text();
    const at = `${method} ${path}`.slice(0, 200);
    const checked = check(at, reply, content);
    const operation = operationAt(method, path);
    const violations = operation === undefined ? [] : violationsOf(operation, checked);
    if (violations.length > 0)
      throw new Error(`${at}: ${reply.status} ${content.slice(0, 500)}: ${violations}`);
    return checked;
  }

  return {
    send,
    get: (path, extras) => send('GET', path, undefined, extras),
    post: (path, json, extras) => send('POST', path, json, extras),
    patch: (path, json, extras) => send('PATCH', path, json, extras),
    delete: (path, extras) => send('DELETE', path, undefined, extras),
    as: (other) => createClient(baseUrl, other),
  };
}

function check(at: string, { status, headers }: Response, content: string): Reply {
  const refuse = (why: string) => new Error(`${at}: ${why}: ${status} ${content.slice(0, 500)}`);
  if (status >= 500 && status !== 503) throw refuse('a defect');
  const requestId = headers.get('X-Request-Id');
  if (requestId === null) throw refuse('no X-Request-Id');
  const faults = headerFaults(headers);
  if (faults.length > 0) throw refuse(faults.join(', '));
  const isJson = /json(;|$)/.test(headers.get('Content-Type') ?? '');
  const body: unknown = content === '' ? undefined : isJson ? JSON.parse(content) : content;
  if (status < 400) return { status, headers, body, problem: undefined };

  const parsed = problem.safeParse(body);
  if (!parsed.success) throw refuse(z.prettifyError(parsed.error));
  if (headers.get('Content-Type') !== 'application/problem+json') throw refuse('no problem+json');
  if (parsed.data.request_id !== requestId) throw refuse('another request_id in the body');
  if (parsed.data.status !== status) throw refuse('another status in the body');
  if (parsed.data.code === 'internal') throw refuse('a defect');
  return { status, headers, body, problem: parsed.data };
}

/** Anonymous, at stage `local`. */
export const localClient = (): Client => createClient(inject('localUrl'));

/** Anonymous, at stage `dev`, where the right to make an ADMIN has to be shown. */
export const devClient = (): Client => createClient(inject('devUrl'));

/** The body, of this shape and nothing beyond, if the status is that. @throws otherwise */
export function expectReply<T extends z.ZodMiniType>(reply: Reply, status: number, shape: T): z.output<T> {
  if (reply.status === status) return shape.parse(reply.body);
  throw new Error(`expected ${status}, got ${reply.status} ${JSON.stringify(reply.body)}`);
}

/** What clients branch on, for one comparison in a test: `{ status, code }`. */
export const outcomeOf = ({ status, problem }: Reply) => ({ status, code: problem?.code });

/** The fields that an error names. */
export const pathsOf = ({ problem }: Reply): string[] => [
  ...new Set(problem?.errors?.map(({ path }) => path)),
];
