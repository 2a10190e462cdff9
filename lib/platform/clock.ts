/** Time is passed in wherever it decides something, so that tests and simulations can own it. */
export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number;
}

/** Looks `Date.now` up at each call, so that a simulation can replace it. */
export const systemClock: Clock = { now: () => Date.now() };

/** ISO 8601 in UTC, as all times of the API are. */
export const toIso = (ms: number): string => new Date(ms).toISOString();
