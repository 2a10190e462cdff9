import type { Change } from '../dynamodb/write.ts';
import { type AtomicWrite, sumBy } from './ledger.ts';

/** The stock and sold units that a response contains; a cart contains the stock only. */
export interface Sum {
  readonly stock: number;
  readonly sold?: number;
}

/** How one write or transaction changed the sums of a product, and when it became visible. */
interface SumChange {
  readonly stock: number;
  readonly sold: number;
  readonly decidedMs: number;
  /** When the whole write was visible. Between both times, some reads see a part of it. */
  writtenMs: number;
}

/** Records all changes of product sums, to check what reads returned. */
export function createSums(now: () => number) {
  const changes = new Map<string, SumChange[]>();
  const open = new WeakMap<Change, SumChange[]>();

  return {
    decided([first]: readonly Change[], { shards }: AtomicWrite): void {
      const product = ({ before, after }: AtomicWrite['shards'][number]) => (after ?? before)?.product_id ?? '';
      const stocks = sumBy(shards, product, ({ before, after }) => (after?.stock ?? 0) - (before?.stock ?? 0));
      const solds = sumBy(shards, product, ({ before, after }) => (after?.sold ?? 0) - (before?.sold ?? 0));
      for (const [id, stock] of stocks) {
        const sold = solds.get(id) ?? 0;
        if (stock === 0 && sold === 0) continue;
        const change = { stock, sold, decidedMs: now(), writtenMs: Number.POSITIVE_INFINITY };
        changes.set(id, [...(changes.get(id) ?? []), change]);
        if (first !== undefined) open.set(first, [...(open.get(first) ?? []), change]);
      }
    },

    written([first]: readonly Change[]): void {
      for (const change of (first && open.get(first)) ?? []) change.writtenMs = now();
    },

    /**
     * Returns whether a read between two times may return this sum: it contains every write that was visible before, and
     * each concurrent write completely or not at all.
     */
    isPossible(product: string, { stock, sold }: Sum, fromMs: number, toMs: number): boolean {
      const relevant = (changes.get(product) ?? []).filter(({ decidedMs }) => decidedMs <= toMs);
      let reachable = new Map([['0 0', { stock: 0, sold: 0 }]]);
      for (const change of relevant) {
        const isOptional = change.writtenMs > fromMs;
        const moved = [...reachable.values()].map((sum) => ({
          stock: sum.stock + change.stock,
          sold: sum.sold + change.sold,
        }));
        reachable = new Map(
          [...(isOptional ? reachable.values() : []), ...moved].map((sum) => [`${sum.stock} ${sum.sold}`, sum]),
        );
      }
      return [...reachable.values()].some((sum) => sum.stock === stock && (sold ?? sum.sold) === sum.sold);
    },
  };
}
