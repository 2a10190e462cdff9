import { GetParameterCommand, ParameterNotFound, SSMClient } from '@aws-sdk/client-ssm';
import { awsClientOptions } from './aws-client-options.ts';
import type { Clock } from './clock.ts';

/** Bounds what requests can spend of the account's SSM quota (40 requests a second by default). */
const refetchIntervalMs = 60_000;

/** Fetches one decrypted parameter; undefined if it does not exist. */
export type FetchParameter = (name: string) => Promise<string | undefined>;

export interface ParameterSource {
  /** Returns the value, fetched once per container. Rejects if the parameter does not exist. */
  get(name: string): Promise<string>;
  /** Returns the value or undefined. A missing parameter is fetched again after a minute. */
  find(name: string): Promise<string | undefined>;
  /** Fetches the value again, at most once a minute. Rejects if the parameter does not exist or the fetch fails. */
  refetch(name: string): Promise<string>;
}

interface Cached {
  /** The last successful fetch. */
  value: Promise<string | undefined>;
  /** The fetch in flight, or else `value`. */
  latest: Promise<string | undefined>;
  fetchedAt: number;
}

/**
 * Caches the parameters of this container. Concurrent callers share one fetch. If the first fetch fails, the next call
 * fetches again; if a later one fails, the cached value stays.
 */
export function createParameters({
  fetchParameter = createSsmFetch(),
  clock,
}: {
  readonly fetchParameter?: FetchParameter;
  readonly clock: Clock;
}): ParameterSource {
  const cache = new Map<string, Cached>();

  function fetchFirst(name: string): Promise<string | undefined> {
    const value = fetchParameter(name);
    cache.set(name, { value, latest: value, fetchedAt: clock.now() });
    value.catch(() => cache.delete(name));
    return value;
  }

  function fetchAtMostOnceAMinute(name: string): Promise<string | undefined> {
    const cached = cache.get(name);
    if (cached === undefined) return fetchFirst(name);
    if (clock.now() - cached.fetchedAt < refetchIntervalMs) return cached.latest;
    const latest = fetchParameter(name);
    cached.fetchedAt = clock.now();
    cached.latest = latest;
    latest.then(
      () => {
        cached.value = latest;
      },
      () => {
        cached.latest = cached.value;
      },
    );
    return latest;
  }

  async function find(name: string): Promise<string | undefined> {
    const value = await (cache.get(name)?.value ?? fetchFirst(name));
    return value ?? fetchAtMostOnceAMinute(name);
  }

  return {
    find,
    get: async (name) => required(name, await find(name)),
    refetch: async (name) => required(name, await fetchAtMostOnceAMinute(name)),
  };
}

function required(name: string, value: string | undefined): string {
  if (value === undefined)
    throw new Error(`Parameter ${name} does not exist. Create it with npm run ops -- make-secrets.`);
  return value;
}

/** Creates the client on the first fetch: most cold starts read no secret. */
function createSsmFetch(): FetchParameter {
  let client: SSMClient | undefined;
  return async (name) => {
    client ??= new SSMClient(awsClientOptions({ requestTimeoutMs: 3_000 }));
    try {
      const response = await client.send(new GetParameterCommand({ Name: name, WithDecryption: true }));
      return response.Parameter?.Value;
    } catch (error) {
      if (error instanceof ParameterNotFound) return undefined;
      throw error;
    }
  };
}
