import { GetParameterCommand, ParameterNotFound, SSMClient } from '@aws-sdk/client-ssm';
import { type Clock, systemClock } from './clock.ts';

const connectionTimeoutMs = 1_000;
const requestTimeoutMs = 3_000;

/** Requests must not be able to make a container spend the account's SSM rate (40 a second by default). */
const refetchIntervalMs = 60_000;

/** Reads one parameter, decrypted; undefined if there is none of that name. */
export type FetchParameter = (name: string) => Promise<string | undefined>;

export interface ParameterSource {
  /** The value, asked for once per container. Rejects if there is none. */
  get(name: string): Promise<string>;
  /** The same, or undefined if there is none; absence is believed for a minute. */
  find(name: string): Promise<string | undefined>;
  /** The value as it is now, but asked for at most once a minute: within it, the last answer. */
  refetch(name: string): Promise<string>;
}

interface Remembered {
  /** What `get` gives: the last request that succeeded. */
  value: Promise<string | undefined>;
  /** What `refetch` gives: the same, or the request that is under way. */
  latest: Promise<string | undefined>;
  askedAt: number;
}

/**
 * Secrets of this container. Concurrent callers share one request. A failed first request is forgotten, so
 * the next caller asks again; a failed repetition leaves the value that was known.
 */
export function createParameters({
  fetchParameter = createSsmFetch(),
  clock = systemClock,
}: {
  readonly fetchParameter?: FetchParameter;
  readonly clock?: Clock;
} = {}): ParameterSource {
  const memory = new Map<string, Remembered>();

  function load(name: string): Promise<string | undefined> {
    const value = fetchParameter(name);
    memory.set(name, { value, latest: value, askedAt: clock.now() });
    value.catch(() => memory.delete(name));
    return value;
  }

  function renew(name: string): Promise<string | undefined> {
    const known = memory.get(name);
    if (known === undefined) return load(name);
    if (clock.now() - known.askedAt < refetchIntervalMs) return known.latest;
    const latest = fetchParameter(name);
    known.askedAt = clock.now();
    known.latest = latest;
    latest.then(
      () => {
        known.value = latest;
      },
      () => {
        known.latest = known.value;
      },
    );
    return latest;
  }

  async function find(name: string): Promise<string | undefined> {
    const value = await (memory.get(name)?.value ?? load(name));
    return value ?? renew(name);
  }

  return {
    find,
    get: async (name) => required(name, await find(name)),
    refetch: async (name) => required(name, await renew(name)),
  };
}

function required(name: string, value: string | undefined): string {
  if (value === undefined) throw new Error(`There is no parameter ${name}`);
  return value;
}

/** Makes its client at the first call, so that a function that reads no secret does not pay for it. */
function createSsmFetch(): FetchParameter {
  let client: SSMClient | undefined;
  return async (name) => {
    client ??= new SSMClient({
      maxAttempts: 3,
      // Without throwOnRequestTimeout the SDK only logs a warning when the time is up.
      requestHandler: {
        connectionTimeout: connectionTimeoutMs,
        requestTimeout: requestTimeoutMs,
        throwOnRequestTimeout: true,
      },
    });
    try {
      const reply = await client.send(new GetParameterCommand({ Name: name, WithDecryption: true }));
      return reply.Parameter?.Value;
    } catch (error) {
      if (error instanceof ParameterNotFound) return undefined;
      throw error;
    }
  };
}
