import { setTimeout as delay } from 'node:timers/promises';
import pLimit from 'p-limit';
import * as z from 'zod';

/** API Gateway times out after 30 s, so no response arrives later than this. */
const timeoutDefaultMs = 35_000;
const attemptsMax = 10;
const retryAfterMaxSeconds = 60;

const problem = z.object({ code: z.string() });

/** A response with an error status. */
export class ApiError extends Error {
  override readonly name = 'ApiError';
  readonly status: number;
  readonly code: string | undefined;

  constructor(request: string, status: number, content: string) {
    super(`${request} responded ${status}: ${content.slice(0, 300)}`);
    this.status = status;
    this.code = problem.safeParse(parsed(content)).data?.code;
  }
}

/** The service is unavailable or did not respond in time. */
export class Unreachable extends Error {
  override readonly name = 'Unreachable';
}

interface RequestOptions {
  readonly body?: object;
  readonly token?: string;
  readonly timeoutMs?: number;
}

export type ApiClient = ReturnType<typeof createApiClient>;

/**
 * Creates a client for the requests around a load: fixtures, monitoring and reconciliation.
 *
 * It retries responses that have a `Retry-After` header. The signal aborts requests in flight.
 */
export function createApiClient(url: string, signal: AbortSignal) {
  async function attempt(method: string, path: string, { body, token, timeoutMs = timeoutDefaultMs }: RequestOptions) {
    try {
      const response = await fetch(`${url}${path}`, {
        method,
        headers: {
          ...(body && { 'Content-Type': 'application/json' }),
          ...(token && { Authorization: `Bearer ${token}` }),
        },
        ...(body && { body: JSON.stringify(body) }),
        signal: AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]),
      });
      return {
        status: response.status,
        retryAfter: response.headers.get('Retry-After'),
        content: await response.text(),
      };
    } catch (cause) {
      signal.throwIfAborted();
      throw new Unreachable(`${method} ${url}${path}: ${reasonOf(cause)}`, { cause });
    }
  }

  /**
   * @throws {ApiError} for an error status, after the retries that `Retry-After` asks for
   * @throws {Unreachable} when there is no response
   */
  async function request<T extends z.ZodType>(
    schema: T,
    method: string,
    path: string,
    options: RequestOptions = {},
  ): Promise<z.output<T>> {
    for (let n = 1; ; n += 1) {
      const { status, retryAfter, content } = await attempt(method, path, options);
      if (status < 300) return schema.parse(parsed(content));
      if (retryAfter === null || n === attemptsMax) throw new ApiError(`${method} ${path}`, status, content);
      const seconds = Math.min(Number(retryAfter) || 1, retryAfterMaxSeconds);
      await delay(1_000 * seconds, undefined, { signal });
    }
  }

  return { url, request };
}

/** Maps items concurrently. After a failure, no further item is started. */
export async function mapConcurrently<Item, Result>(
  items: readonly Item[],
  concurrency: number,
  act: (item: Item) => Promise<Result>,
): Promise<Result[]> {
  const limit = pLimit(concurrency);
  try {
    return await Promise.all(items.map((item) => limit(() => act(item))));
  } finally {
    limit.clearQueue();
  }
}

function parsed(content: string): unknown {
  try {
    return JSON.parse(content);
  } catch {
    return undefined;
  }
}

/** The message of `fetch` errors is always "fetch failed"; the cause has the reason. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { cause } = error;
  return cause instanceof Error ? cause.message || cause.name : error.message;
}
