import type { StoredItem } from '../../platform/transaction.ts';
import type { Catalog } from '../../products/inventory.ts';
import { isTorn, type StockedProduct, stockOf } from '../../products/product.ts';
import type { ShortLine } from '../order.ts';
import {
  type Candidate,
  type CountedUnits,
  type Placement,
  purchaseKey,
  type Supplies,
  type Units,
} from './allocation.ts';

export type Knowledge = ReturnType<typeof createKnowledge>;

/** What one commit knows of the products it needs, and whether that is enough to refuse an order. */
export function createKnowledge(catalog: Catalog, candidates: readonly Pick<Candidate, 'lines'>[]) {
  const ids = [...new Set(candidates.flatMap(({ lines }) => lines.map(({ product_id }) => product_id)))];
  let before: ReadonlyMap<string, StockedProduct> = new Map();
  let now: ReadonlyMap<string, StockedProduct> = new Map();
  const bought: Units = new Map();

  return {
    /** Units that customers have bought, where a purchase limit was in the way. */
    bought,

    /** From the item as it was when a count was refused. */
    learnPurchases(customerId: string, counted: readonly CountedUnits[], old: StoredItem | undefined): void {
      for (const { product_id } of counted) {
        bought.set(purchaseKey(customerId, product_id), Number(old?.[product_id] ?? 0));
      }
    },

    /** Once an order is placed, what was known of its customer's purchases is more by its units. */
    addPurchases(placements: readonly Placement[]): void {
      for (const { candidate, counted } of placements) {
        for (const { product_id, quantity } of counted) {
          const key = purchaseKey(candidate.customer_id, product_id);
          const known = bought.get(key);
          if (known !== undefined) bought.set(key, known + quantity);
        }
      }
    },

    /** Products without their stock, from copies where there are some. */
    async remembered(): Promise<Supplies> {
      const products = await catalog.find(ids);
      return new Map([...products].map(([id, product]) => [id, { product }]));
    },

    async read(): Promise<Supplies> {
      before = now;
      now = await catalog.read(ids);
      return now;
    },

    /**
     * Whether one of the lines was truly short at one moment after the orders arrived. A single read of
     * several shards does not show one moment: units may come back to a shard already read while the last
     * ones of another are sold. But shards only lose units unless `refills` grows. So when two reads in a
     * row show the same shards and refills, the stock between them was at most what the first one saw.
     */
    confirmsShortage(short: readonly ShortLine[]): boolean {
      const lacking = short.filter(({ product_id, requested }) => {
        const first = before.get(product_id);
        const second = now.get(product_id);
        if (first === undefined || second === undefined || !sameRefills(first, second)) return false;
        // What is left, by which an order is refused, comes from the second read.
        return stockOf(first.shards) < requested && !isTorn(second.shards);
      });
      for (const { product_id } of lacking) {
        const first = before.get(product_id);
        if (first !== undefined) catalog.rememberShortage(first);
      }
      return lacking.length > 0;
    },
  };
}

function sameRefills(first: StockedProduct, second: StockedProduct): boolean {
  if (first.product.stock_shards !== second.product.stock_shards) return false;
  if (first.shards.length !== second.shards.length) return false;
  const refills = new Map(first.shards.map((shard) => [shard.shard_id, shard.refills]));
  return second.shards.every((shard) => refills.get(shard.shard_id) === shard.refills);
}
