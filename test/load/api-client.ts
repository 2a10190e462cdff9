import { setTimeout as delay } from 'node:timers/promises';
import pLimit from 'p-limit';
import * as z from 'zod';

/** Longer than any reply takes that still comes: API Gateway gives up after 30 s. */
const patienceMs = 35_000;
const attempts = 10;
const longestWaitSeconds = 60;

const problem = z.object({ code: z.string() });

/** What a request ended with that did not succeed. */
export class ApiError extends Error {
  override readonly name = 'StoreError';
  readonly status: number;
  readonly code: string | undefined;

  constructor(request: string, status: number, content: string) {
    super(`${request} answered ${status}: ${content.slice(0, 300)}`);
    this.status = status;
    this.code = problem.safeParse(parsed(content)).data?.code;
  }
}

/** The store could not be reached, or did not answer. */
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
 * The API of a running store, for what goes on around a load: preparing it, watching it, auditing it. It waits
 * and asks again where the store says `Retry-After`. When the signal is raised, all that is under way ends.
 */
export function createApiClient(url: string, signal: AbortSignal) {
  async function attempt(
    method: string,
    path: string,
    { body, token, timeoutMs = patienceMs }: RequestOptions,
  ) {
    try {
      const reply = await fetch(`${url}${path}`, {
        method,
        headers: {
          ...(body && { 'Content-Type': 'application/json' }),
          ...(token && { Authorization: `Bearer ${token}` }),
        },
        ...(body && { body: JSON.stringify(body) }),
        signal: AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]),
      });
      return {
        status: reply.status,
        retryAfter: reply.headers.get('Retry-After'),
        content: await reply.text(),
      };
    } catch (cause) {
      signal.throwIfAborted();
      throw new Unreachable(`${method} ${url}${path}: ${reasonOf(cause)}`, { cause });
    }
  }

  /**
   * @throws {ApiError} for any reply but success, after repeats where the store asks for them
   * @throws {Unreachable} when there is no reply
   */
  async function request<T extends z.ZodType>(
    shape: T,
    method: string,
    path: string,
    options: RequestOptions = {},
  ): Promise<z.output<T>> {
    for (let n = 1; ; n += 1) {
      const { status, retryAfter, content } = await attempt(method, path, options);
      if (status < 300) return shape.parse(parsed(content));
      if (retryAfter === null || n === attempts) throw new ApiError(`${method} ${path}`, status, content);
      const seconds = Math.min(Number(retryAfter) || 1, longestWaitSeconds);
      await delay(1_000 * seconds, undefined, { signal });
    }
  }

  return { url, request };
}

/** Each of the items, so many at once. When one fails the rest is not begun. */
export async function eachOf<Item, Result>(
  items: readonly Item[],
  atOnce: number,
  act: (item: Item) => Promise<Result>,
): Promise<Result[]> {
  const limit = pLimit(atOnce);
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

/** fetch says "fetch failed" and hides the reason in the cause. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { cause } = error;
  return cause instanceof Error ? cause.message || cause.name : error.message;
}
