/** The time, passed to all code that depends on it, so that tests and simulations can set it. */
export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number;
}

/** Calls the current `Date.now`, which a simulation may have replaced. */
export const systemClock: Clock = { now: () => Date.now() };

/** Formats a time as the API does: ISO 8601 in UTC. */
export const toIso = (ms: number): string => new Date(ms).toISOString();
