import type { Catalog } from '../products/catalog.ts';
import { type StockedProduct, stockOf } from '../products/product.ts';
import type { ShortLine } from './order.ts';
import type { Candidate, Supplies } from './placement.ts';

/** What one commit knows of the products it needs, and whether that is enough to refuse an order. */
export function createKnowledge(catalog: Catalog, candidates: readonly Pick<Candidate, 'lines'>[]) {
  const ids = [...new Set(candidates.flatMap(({ lines }) => lines.map(({ product_id }) => product_id)))];
  let before: ReadonlyMap<string, StockedProduct> = new Map();
  let now: ReadonlyMap<string, StockedProduct> = new Map();

  return {
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
        return stockOf(first.shards) < requested;
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
