import { type AtomicWrite, sumBy } from './ledger.ts';

/**
 * How much of each product could be sold, over time. Units that are taken are gone when it is decided; units that come
 * can be sold once all of their write can be seen, since nobody has been told of them before. Moves between shards
 * change nothing.
 */
export function createAvailableStock(now: () => number) {
  const changes = new Map<string, { readonly atMs: number; readonly stock: number }[]>();

  const gains = ({ shards }: AtomicWrite): Map<string, number> =>
    sumBy(
      shards,
      ({ before, after }) => (after ?? before)?.product_id ?? '',
      ({ before, after }) => (after?.stock ?? 0) - (before?.stock ?? 0),
    );

  function add(entry: AtomicWrite, counts: (units: number) => boolean): void {
    for (const [product, units] of gains(entry)) {
      if (units === 0 || !counts(units)) continue;
      const before = changes.get(product) ?? [];
      changes.set(product, [...before, { atMs: now(), stock: (before.at(-1)?.stock ?? 0) + units }]);
    }
  }

  return {
    decided: (entry: AtomicWrite): void => add(entry, (units) => units < 0),
    written: (entry: AtomicWrite): void => add(entry, (units) => units > 0),

    /** The least that could be sold at any moment between the two. */
    leastBetween(product: string, fromMs: number, toMs: number): number {
      const known = changes.get(product) ?? [];
      const inside = known.filter(({ atMs }) => atMs > fromMs && atMs <= toMs);
      const before = known.filter(({ atMs }) => atMs <= fromMs).at(-1)?.stock ?? 0;
      return Math.min(before, ...inside.map(({ stock }) => stock));
    },
  };
}
