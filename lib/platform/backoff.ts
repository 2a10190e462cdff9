/**
 * Waits a random time between 0 and `baseMs * 2^attempt`, at most `capMs` ("full jitter": of the usual
 * strategies it makes rivals collide least).
 *
 * @see Brooker, "Exponential Backoff and Jitter", AWS Architecture Blog, 2015
 */
export const backoff = (attempt: number, baseMs = 10, capMs = 500): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, Math.random() * Math.min(capMs, baseMs * 2 ** attempt)));
