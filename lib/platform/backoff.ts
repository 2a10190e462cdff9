/**
 * Waits a random time between 0 and `baseMs * 2^attempt`, at most `capMs`. Full jitter spreads concurrent retries
 * further apart than other common strategies.
 *
 * @see Brooker, "Exponential Backoff and Jitter", AWS Architecture Blog, 2015
 */
export const backoff = (attempt: number, baseMs = 10, capMs = 500): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, Math.random() * Math.min(capMs, baseMs * 2 ** attempt)));
