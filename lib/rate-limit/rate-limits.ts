import { createHash } from 'node:crypto';
import QuickLRU from 'quick-lru';
import type { RateLimiterAbstract } from 'rate-limiter-flexible';
import RateLimiterRes from 'rate-limiter-flexible/lib/RateLimiterRes.js';
import { isThrottled } from '../platform/aws-errors.ts';
import type { Clock } from '../platform/clock.ts';
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
   * Seconds until a request may succeed, at least 1: the rest of the window, or 1 if requests in flight use up the
   * limit and may still return their points.
   */
  readonly resetSeconds: number;
}

/** A counted request. */
export interface Count {
  readonly usage: Usage;
  /** Call once at the end of the request. If the limit counts failures only, a request that succeeded is uncounted. */
  finish(failed: boolean): Promise<Usage>;
}

export interface RateLimits {
  /** Counts a request of the subject. An `exceeded` one was not counted; do not finish it. */
  count(name: RateLimitName, subject: string): Promise<Count>;
}

/** Limits on password guesses. They fail closed: if the shared counter is throttled, the request is rejected. */
const failClosed: ReadonlySet<RateLimitName> = new Set([
  'auth-per-address',
  'auth-per-address-and-email',
  'auth-per-email',
]);

/** Limits that count failed requests only: a successful login is subtracted again. */
const countFailures: ReadonlySet<RateLimitName> = new Set(['auth-per-address-and-email', 'auth-per-email']);

/** After a failure, the shared store is skipped for this long. */
const skipStoreMs = 1_000;

/** Cache of failure counts, so that rejected requests read the store at most once a second for each subject. */
const failureCache = { maxAge: 1_000, maxSize: 1_000 };

interface Outcome {
  readonly exceeded: boolean;
  readonly remaining: number;
  readonly throttled?: true;
}

/**
 * The package resolves with the counter, or null for a key without one, and rejects with it when the limit is exceeded.
 */
async function outcomeOf(result: Promise<RateLimiterRes | null>): Promise<Outcome> {
  try {
    return { exceeded: false, remaining: (await result)?.remainingPoints ?? Number.POSITIVE_INFINITY };
  } catch (error) {
    if (error instanceof RateLimiterRes) return { exceeded: true, remaining: 0 };
    throw error;
  }
}

/** The current window: the key of its counters and the seconds left in it. */
function currentWindow(clock: Clock, windowSeconds: number, subject: string) {
  const windowMs = windowSeconds * 1_000;
  const window = Math.floor(clock.now() / windowMs);
  return {
    key: `${createHash('sha256').update(subject).digest('base64url')}:${window}`,
    secondsLeft: () => Math.max(1, Math.ceil(((window + 1) * windowMs - clock.now()) / 1_000)),
  };
}

/** Returns whether counted failures use up the limit until the window ends. Failures are never uncounted. */
const isUsedUp = ({ remaining, throttled }: Outcome): boolean => remaining <= 0 && throttled !== true;

/**
 * Counts requests by subject, such as an address, in fixed windows. All containers together never allow more requests
 * than the limit: they share a counter in Redis or Valkey if configured, otherwise in DynamoDB. Rejected requests do
 * not count. While the shared store is unavailable, each container enforces the limit on its own. The store receives a
 * hash of the subject.
 */
export function createRateLimits(
  deps: CountersDeps & { readonly rateLimits: Readonly<Record<RateLimitName, RateLimit>> },
): RateLimits {
  const { clock } = deps;
  const countersOf = createCounters(deps);
  const cachedFailures = new QuickLRU<string, Promise<Outcome>>(failureCache);
  let skipStoreUntil = 0;

  /** Returns the stricter of both counts, or the container's own if it is exceeded or the store fails. */
  async function applyToBoth(
    name: RateLimitName,
    { own, shared }: Counters,
    apply: (counter: RateLimiterAbstract) => Promise<RateLimiterRes | null>,
  ): Promise<Outcome> {
    const ownOutcome = await outcomeOf(apply(own));
    if (ownOutcome.exceeded || clock.now() < skipStoreUntil) return ownOutcome;
    try {
      const { exceeded, remaining } = await outcomeOf(apply(shared));
      return { exceeded, remaining: Math.min(ownOutcome.remaining, remaining) };
    } catch (error) {
      // A counter accepts a thousand writes a second; a customer never sends that many.
      if (failClosed.has(name) && isThrottled(error)) return { exceeded: true, remaining: 0, throttled: true };
      skipStoreUntil = clock.now() + skipStoreMs;
      logger.warn('RATE_LIMIT_STORE_UNAVAILABLE', { limit: name, error });
      return ownOutcome;
    }
  }

  /** Returns whether failures alone use up the limit. */
  async function areUsedUp(name: RateLimitName, failures: Counters, key: string): Promise<boolean> {
    if (isUsedUp(await outcomeOf(failures.own.get(key)))) return true;
    const id = `${name}:${key}`;
    const cached = cachedFailures.get(id);
    if (cached !== undefined) return isUsedUp(await cached);
    const reading = applyToBoth(name, failures, (counter) => counter.get(key));
    cachedFailures.set(id, reading);
    return isUsedUp(await reading);
  }

  return {
    async count(name, subject) {
      const limit = deps.rateLimits[name];
      const { key, secondsLeft } = currentWindow(clock, limit.windowSeconds, subject);
      const requests = await countersOf(name, limit);
      const failures = countFailures.has(name) ? await countersOf(`${name}-failures`, limit) : undefined;
      const usageOf = ({ exceeded, remaining }: Outcome, resetSeconds: number): Usage => ({
        name,
        ...limit,
        exceeded,
        // Higher than the limit if the counter has expired since.
        remaining: Math.min(remaining, limit.requests),
        resetSeconds,
      });

      const outcome = await applyToBoth(name, requests, (counter) => counter.consume(key));
      if (outcome.exceeded) await requests.own.reward(key);
      const mayReopenSoon =
        outcome.throttled === true ||
        (outcome.exceeded && failures !== undefined && !(await areUsedUp(name, failures, key)));
      const usage = usageOf(outcome, mayReopenSoon ? 1 : secondsLeft());
      return {
        usage,
        async finish(failed) {
          if (failures === undefined) return usage;
          if (failed) {
            const failureCount = await applyToBoth(name, failures, (counter) => counter.penalty(key));
            return usageOf(outcome, outcome.remaining > 0 || isUsedUp(failureCount) ? secondsLeft() : 1);
          }
          const uncounted = await applyToBoth(name, requests, (counter) => counter.reward(key));
          return usageOf(uncounted, uncounted.remaining > 0 ? secondsLeft() : 1);
        },
      };
    },
  };
}
