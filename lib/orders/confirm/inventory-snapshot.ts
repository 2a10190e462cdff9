import type { Inventory } from '../../products/inventory.ts';
import { isTorn, type StockedProduct, stockOf } from '../../products/product.ts';
import type { ShortLine } from '../order.ts';
import {
  type AllocatedOrder,
  type CountedUnits,
  type OpenOrder,
  purchaseKey,
  type StockSnapshots,
  type Units,
} from './allocation.ts';

export type InventorySnapshot = ReturnType<typeof createInventorySnapshot>;

/** Holds what one run of the engine has read of products, shards and purchases. */
export function createInventorySnapshot(inventory: Inventory, orders: readonly Pick<OpenOrder, 'lines'>[]) {
  const ids = [...new Set(orders.flatMap(({ lines }) => lines.map(({ product_id }) => product_id)))];
  let previous: ReadonlyMap<string, StockedProduct> = new Map();
  let latest: ReadonlyMap<string, StockedProduct> = new Map();
  const bought: Units = new Map();

  return {
    /** Units that customers have bought, by `purchaseKey`. Known only where a purchase limit made a write fail. */
    bought,

    /** Records a customer's purchases of these products as they were when a write failed. */
    recordPurchases(customerId: string, counted: readonly CountedUnits[], stored: ReadonlyMap<string, number>): void {
      for (const { product_id } of counted)
        bought.set(purchaseKey(customerId, product_id), stored.get(product_id) ?? 0);
    },

    /** Adds the units of confirmed orders to recorded purchases. */
    addPurchases(confirmed: readonly AllocatedOrder[]): void {
      for (const { order, counted } of confirmed) {
        for (const { product_id, quantity } of counted) {
          const key = purchaseKey(order.customerId, product_id);
          const recorded = bought.get(key);
          if (recorded !== undefined) bought.set(key, recorded + quantity);
        }
      }
    },

    /** Returns the products without their shards. Reads those that are not cached. */
    async cached(): Promise<StockSnapshots> {
      const products = await inventory.find(ids);
      return new Map([...products].map(([id, product]) => [id, { product }]));
    },

    /** Reads the products and all their shards, each item strongly consistent. */
    async read(): Promise<StockSnapshots> {
      previous = latest;
      latest = await inventory.read(ids);
      return latest;
    },

    /**
     * Whether one of the lines was short at a moment after the orders arrived.
     *
     * One read of several shards does not prove it: a unit can return to a shard that was already read before the last
     * unit of another shard is sold. But a shard gains units only if its `stock_increases` grows. So if two consecutive
     * reads show the same shards with the same `stock_increases`, the stock between the reads was at most the first sum.
     */
    confirmsShortage(short: readonly ShortLine[]): boolean {
      const confirmed = short.flatMap(({ product_id, requested }) => {
        const first = previous.get(product_id);
        const second = latest.get(product_id);
        if (first === undefined || second === undefined || !hasNoIncrease(first, second)) return [];
        // The rejection reports the stock of the second read.
        return stockOf(first.shards) < requested && !isTorn(second.shards) ? [first] : [];
      });
      for (const product of confirmed) inventory.cacheShortage(product);
      return confirmed.length > 0;
    },
  };
}

function hasNoIncrease(first: StockedProduct, second: StockedProduct): boolean {
  if (first.product.stock_shards !== second.product.stock_shards) return false;
  if (first.shards.length !== second.shards.length) return false;
  const increases = new Map(first.shards.map((shard) => [shard.shard_id, shard.stock_increases]));
  return second.shards.every((shard) => increases.get(shard.shard_id) === shard.stock_increases);
}
