import type { StoredItem } from '../../platform/transaction.ts';
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

/** What one commit knows of the products it needs, and whether that is enough to refuse an order. */
export function createInventorySnapshot(inventory: Inventory, orders: readonly Pick<OpenOrder, 'lines'>[]) {
  const ids = [...new Set(orders.flatMap(({ lines }) => lines.map(({ product_id }) => product_id)))];
  let before: ReadonlyMap<string, StockedProduct> = new Map();
  let now: ReadonlyMap<string, StockedProduct> = new Map();
  const bought: Units = new Map();

  return {
    /** Units that customers have bought, where a purchase limit was in the way. */
    bought,

    /** From the item as it was when a count was refused. */
    recordPurchases(customerId: string, counted: readonly CountedUnits[], old: StoredItem | undefined): void {
      for (const { product_id } of counted) {
        bought.set(purchaseKey(customerId, product_id), Number(old?.[product_id] ?? 0));
      }
    },

    /** Once an order is placed, what was known of its customer's purchases is more by its units. */
    addPurchases(allocatedOrders: readonly AllocatedOrder[]): void {
      for (const { order, counted } of allocatedOrders) {
        for (const { product_id, quantity } of counted) {
          const key = purchaseKey(order.customer_id, product_id);
          const known = bought.get(key);
          if (known !== undefined) bought.set(key, known + quantity);
        }
      }
    },

    /** Products without their stock, from copies where there are some. */
    async cached(): Promise<StockSnapshots> {
      const products = await inventory.find(ids);
      return new Map([...products].map(([id, product]) => [id, { product }]));
    },

    async read(): Promise<StockSnapshots> {
      before = now;
      now = await inventory.read(ids);
      return now;
    },

    /**
     * Whether one of the lines was truly short at one moment after the orders arrived. A single read of
     * several shards does not show one moment: units may come back to a shard already read while the last
     * ones of another are sold. But shards only lose units unless `stock_increases` grows. So when two reads in a
     * row show the same shards and stock_increases, the stock between them was at most what the first one saw.
     */
    confirmsShortage(short: readonly ShortLine[]): boolean {
      const lacking = short.filter(({ product_id, requested }) => {
        const first = before.get(product_id);
        const second = now.get(product_id);
        if (first === undefined || second === undefined || !noStockIncrease(first, second)) return false;
        // What is left, by which an order is refused, comes from the second read.
        return stockOf(first.shards) < requested && !isTorn(second.shards);
      });
      for (const { product_id } of lacking) {
        const first = before.get(product_id);
        if (first !== undefined) inventory.cacheShortage(first);
      }
      return lacking.length > 0;
    },
  };
}

function noStockIncrease(first: StockedProduct, second: StockedProduct): boolean {
  if (first.product.stock_shards !== second.product.stock_shards) return false;
  if (first.shards.length !== second.shards.length) return false;
  const stock_increases = new Map(first.shards.map((shard) => [shard.shard_id, shard.stock_increases]));
  return second.shards.every((shard) => stock_increases.get(shard.shard_id) === shard.stock_increases);
}
