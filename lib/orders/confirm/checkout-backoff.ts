/** Mean waits in milliseconds after the first conflict, the second, and so on; the last one for all later ones. */
const means = [10, 400, 100, 30, 10, 5] as const;

/** Attempts of one checkout: some two seconds in all. */
export const maxAttempts = 40;

/**
 * How long a checkout waits after it has met another transaction: hardly, then once for long, then ever less.
 *
 * A single conflict may be bad luck; a second one says that the product is in demand. Then the long wait makes
 * room, and who has waited longest tries most often. Under exponential back-off newcomers win instead, and the
 * slowest of 100 shoppers waits three times as long (docs/adr/0021-checkout-backoff.md).
 *
 * @param conflicts met so far, at least 1
 */
export function checkoutBackoff(conflicts: number): Promise<void> {
  const mean = means[Math.min(conflicts, means.length) - 1] ?? 0;
  return new Promise((resolve) => setTimeout(resolve, mean * (0.5 + Math.random())));
}
