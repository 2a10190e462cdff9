/** Mean waits in milliseconds after the first conflict, the second, and so on. The last one applies from then on. */
const meanWaitsMs = [10, 400, 100, 30, 10, 5] as const;

/** About two seconds in total. */
export const maxCheckoutAttempts = 40;

/**
 * Waits after a conflict of a checkout: briefly, then once for long, then ever shorter.
 *
 * One conflict can be chance; a second one means that the product is in demand. The long wait relieves the shards, and
 * the shorter waits let the longest-waiting shopper retry most often. Exponential backoff favours newcomers instead: with
 * it, the slowest of 100 shoppers waits three times as long (docs/adr/0021-checkout-backoff.md).
 *
 * @param conflicts of this checkout so far, at least 1
 */
export function checkoutBackoff(conflicts: number): Promise<void> {
  const meanMs = meanWaitsMs[Math.min(conflicts, meanWaitsMs.length) - 1] ?? 0;
  return new Promise((resolve) => setTimeout(resolve, meanMs * (0.5 + Math.random())));
}
