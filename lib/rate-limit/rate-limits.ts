import { createHash } from 'node:crypto';
import QuickLRU from 'quick-lru';
import type { RateLimiterAbstract } from 'rate-limiter-flexible';
import RateLimiterRes from 'rate-limiter-flexible/lib/RateLimiterRes.js';
import { isThrottled } from '../platform/aws-errors.ts';
import type { config, RateLimit } from '../platform/config.ts';
import { logger } from '../platform/logger.ts';
import { type Counters, type CountersDeps, createCounters } from './counters.ts';

export type RateLimitName = keyof typeof config.rateLimits;

/** How much of a limit is used. */
export interface Usage extends RateLimit {
  readonly name: RateLimitName;
  readonly exceeded: boolean;
  readonly remaining: number;
  /**
   * Until there is room again, at least 1: the rest of the window, or 1 where requests that may yet be given back
   * use up what is left of the limit.
   */
  readonly resetSeconds: number;
}

/** A request that was counted. */
export interface Count {
  readonly usage: Usage;
  /** To be called once, when the request has ended: where only failures count, any other is given back. */
  settle(failed: boolean): Promise<Usage>;
}

export interface RateLimits {
  /** Counts a request of the subject; one that is `exceeded` was not counted and is not to be settled. */
  count(name: RateLimitName, subject: string): Promise<Count>;
}

/** Those that keep guesses from passwords: where their count is not known for load, they refuse. */
const guards: ReadonlySet<RateLimitName> = new Set([
  'auth-per-address',
  'auth-per-address-and-email',
  'auth-per-email',
]);

/** A login that is right is no guess. */
const countFailures: ReadonlySet<RateLimitName> = new Set(['auth-per-address-and-email', 'auth-per-email']);

/** For so long after a failure nobody waits for the store again. */
const restMs = 1_000;

/** What a refusal has read of failures is believed for so long, of so many subjects. */
const believed = { maxAge: 1_000, maxSize: 1_000 };

interface Outcome {
  readonly exceeded: boolean;
  readonly remaining: number;
  readonly throttled?: true;
}

/** What the package gives, or throws when nothing is left. Anything else that it throws is a failure. */
async function outcomeOf(result: Promise<RateLimiterRes | null>): Promise<Outcome> {
  try {
    // Null: nothing was counted.
    return { exceeded: false, remaining: (await result)?.remainingPoints ?? Number.POSITIVE_INFINITY };
  } catch (error) {
    if (error instanceof RateLimiterRes) return { exceeded: true, remaining: 0 };
    throw error;
  }
}

/** The window that is open, in the key of its counts, and what is left of it. */
function openWindow(windowSeconds: number, subject: string) {
  const windowMs = windowSeconds * 1_000;
  const window = Math.floor(Date.now() / windowMs);
  return {
    key: `${createHash('sha256').update(subject).digest('base64url')}:${window}`,
    restSeconds: () => Math.max(1, Math.ceil(((window + 1) * windowMs - Date.now()) / 1_000)),
  };
}

/** Whether nothing is left until the window ends, when these are failures: they are not given back. */
const isSpent = ({ remaining, throttled }: Outcome): boolean => remaining <= 0 && throttled !== true;

/**
 * Counts requests by subject, such as an address, in windows that start at multiples of their length. Of any
 * number at once exactly the limit is not `exceeded`, in all containers together: they share Redis or Valkey
 * where there is one, else DynamoDB. What is refused does not count. While the store is out of reach no request
 * fails for it, and each container still keeps to the limit. What is stored of a subject is a hash.
 */
export function createRateLimits(
  deps: CountersDeps & { readonly rateLimits: Readonly<Record<RateLimitName, RateLimit>> },
): RateLimits {
  const countersOf = createCounters(deps);
  const readings = new QuickLRU<string, Promise<Outcome>>(believed);
  let restsUntil = 0;

  /** The stricter of both counts; that of this container alone where it refuses or the store fails. */
  async function askBoth(
    name: RateLimitName,
    { own, shared }: Counters,
    act: (counter: RateLimiterAbstract) => Promise<RateLimiterRes | null>,
  ): Promise<Outcome> {
    const known = await outcomeOf(act(own));
    if (known.exceeded || Date.now() < restsUntil) return known;
    try {
      const { exceeded, remaining } = await outcomeOf(act(shared));
      return { exceeded, remaining: Math.min(known.remaining, remaining) };
    } catch (error) {
      // One counter takes a thousand writes a second: more are no shopper's.
      if (guards.has(name) && isThrottled(error)) return { exceeded: true, remaining: 0, throttled: true };
      restsUntil = Date.now() + restMs;
      logger.warn('rate limits are counted in memory alone', { limit: name, error });
      return known;
    }
  }

  /** Whether failures alone reach the limit. However many are refused, the store is asked once a second. */
  async function areSpent(name: RateLimitName, failures: Counters, key: string): Promise<boolean> {
    if (isSpent(await outcomeOf(failures.own.get(key)))) return true;
    const id = `${name}:${key}`;
    const known = readings.get(id);
    if (known !== undefined) return isSpent(await known);
    const reading = askBoth(name, failures, (counter) => counter.get(key));
    readings.set(id, reading);
    return isSpent(await reading);
  }

  return {
    async count(name, subject) {
      const limit = deps.rateLimits[name];
      const { key, restSeconds } = openWindow(limit.windowSeconds, subject);
      const requests = await countersOf(name, limit);
      const failures = countFailures.has(name) ? await countersOf(`${name}-failures`, limit) : undefined;
      const usage = ({ exceeded, remaining }: Outcome, resetSeconds: number): Usage => ({
        name,
        ...limit,
        exceeded,
        // It would be more where the count has expired since.
        remaining: Math.min(remaining, limit.requests),
        resetSeconds,
      });

      const outcome = await askBoth(name, requests, (counter) => counter.consume(key));
      if (outcome.exceeded) await requests.own.reward(key);
      const mayOpenSoon =
        outcome.throttled === true ||
        (outcome.exceeded && failures !== undefined && !(await areSpent(name, failures, key)));
      const counted = usage(outcome, mayOpenSoon ? 1 : restSeconds());
      return {
        usage: counted,
        async settle(failed) {
          if (failures === undefined) return counted;
          if (failed) {
            const left = await askBoth(name, failures, (counter) => counter.penalty(key));
            return usage(outcome, outcome.remaining > 0 || isSpent(left) ? restSeconds() : 1);
          }
          const left = await askBoth(name, requests, (counter) => counter.reward(key));
          return usage(left, left.remaining > 0 ? restSeconds() : 1);
        },
      };
    },
  };
}
