import { type AtomicWrite, sumBy } from './ledger.ts';

/**
 * Records how many units of each product could be sold over time.
 *
 * Sold units are unavailable from the decision of their transaction on; added units are available once their whole write
 * is visible. Transfers between shards change nothing.
 */
export function createAvailableStock(now: () => number) {
  const changes = new Map<string, { readonly atMs: number; readonly stock: number }[]>();

  const gains = ({ shards }: AtomicWrite): Map<string, number> =>
    sumBy(
      shards,
      ({ before, after }) => (after ?? before)?.product_id ?? '',
      ({ before, after }) => (after?.stock ?? 0) - (before?.stock ?? 0),
    );

  function add(write: AtomicWrite, counts: (units: number) => boolean): void {
    for (const [product, units] of gains(write)) {
      if (units === 0 || !counts(units)) continue;
      const before = changes.get(product) ?? [];
      changes.set(product, [...before, { atMs: now(), stock: (before.at(-1)?.stock ?? 0) + units }]);
    }
  }

  return {
    decided: (write: AtomicWrite): void => add(write, (units) => units < 0),
    written: (write: AtomicWrite): void => add(write, (units) => units > 0),

    /** Returns the lowest stock between two times. */
    leastBetween(product: string, fromMs: number, toMs: number): number {
      const all = changes.get(product) ?? [];
      const within = all.filter(({ atMs }) => atMs > fromMs && atMs <= toMs);
      const before = all.filter(({ atMs }) => atMs <= fromMs).at(-1)?.stock ?? 0;
      return Math.min(before, ...within.map(({ stock }) => stock));
    },
  };
}
