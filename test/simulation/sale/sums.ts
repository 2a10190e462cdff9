import type { Change } from '../dynamodb/write.ts';
import { type AtomicWrite, sumBy } from './ledger.ts';

/** What a reader was told of a product; a cart tells the stock alone. */
export interface Sum {
  readonly stock: number;
  readonly sold?: number;
}

/** What one write or one transaction changed in a product's sums, and when it could be seen. */
interface Movement {
  readonly stock: number;
  readonly sold: number;
  readonly decidedMs: number;
  /** When all of it could be seen; until then some readers see a part. */
  writtenMs: number;
}

/** All that ever changed the sums of products, for judging what readers saw. */
export function createSums(now: () => number) {
  const movements = new Map<string, Movement[]>();
  const open = new WeakMap<Change, Movement[]>();

  return {
    decided([first]: readonly Change[], { shards }: AtomicWrite): void {
      const product = ({ before, after }: AtomicWrite['shards'][number]) =>
        (after ?? before)?.product_id ?? '';
      const stocks = sumBy(
        shards,
        product,
        ({ before, after }) => (after?.stock ?? 0) - (before?.stock ?? 0),
      );
      const solds = sumBy(shards, product, ({ before, after }) => (after?.sold ?? 0) - (before?.sold ?? 0));
      for (const [id, stock] of stocks) {
        const sold = solds.get(id) ?? 0;
        if (stock === 0 && sold === 0) continue;
        const movement = { stock, sold, decidedMs: now(), writtenMs: Number.POSITIVE_INFINITY };
        movements.set(id, [...(movements.get(id) ?? []), movement]);
        if (first !== undefined) open.set(first, [...(open.get(first) ?? []), movement]);
      }
    },

    written([first]: readonly Change[]): void {
      for (const movement of (first && open.get(first)) ?? []) movement.writtenMs = now();
    },

    /**
     * Whether a read between the two moments can tell this: all that could be seen before it is in the sum, and each
     * write that was under way during it is in it wholly or not at all.
     */
    canBe(product: string, { stock, sold }: Sum, fromMs: number, toMs: number): boolean {
      const known = (movements.get(product) ?? []).filter(({ decidedMs }) => decidedMs <= toMs);
      let reachable = new Map([['0 0', { stock: 0, sold: 0 }]]);
      for (const movement of known) {
        const isOptional = movement.writtenMs > fromMs;
        const moved = [...reachable.values()].map((sum) => ({
          stock: sum.stock + movement.stock,
          sold: sum.sold + movement.sold,
        }));
        reachable = new Map(
          [...(isOptional ? reachable.values() : []), ...moved].map((sum) => [
            `${sum.stock} ${sum.sold}`,
            sum,
          ]),
        );
      }
      return [...reachable.values()].some((sum) => sum.stock === stock && (sold ?? sum.sold) === sum.sold);
    },
  };
}
