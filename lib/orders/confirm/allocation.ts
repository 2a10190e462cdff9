import type { Product, StockShard } from '../../products/product.ts';
import type { VersionedShardUnits } from '../../products/stock-store.ts';
import type { OrderLine, RejectionReason, ShortLine } from '../order.ts';

/** Units of one product that an order wants. */
export interface RequestedLine {
  readonly product_id: string;
  readonly quantity: number;
  /** The price that the order was accepted at. Without it, the order pays the price of the shard. */
  readonly unit_price?: number;
}

/** An order to confirm. It has at most one line per product. */
export interface OpenOrder {
  readonly id: string;
  readonly customerId: string;
  /** Products of another currency are not on sale for it. */
  readonly currency: string;
  readonly lines: readonly RequestedLine[];
  /** The order is rejected if its total differs. */
  readonly expectedTotal?: number | undefined;
  /** Names the items, other than stock and purchases, that are written when it is confirmed: one action each. */
  readonly writtenItems: readonly string[];
}

/** A product and, once they are read, its shards. Without shards the planner guesses one. */
export interface StockSnapshot {
  readonly product: Product;
  readonly shards?: readonly StockShard[];
}
export type StockSnapshots = ReadonlyMap<string, StockSnapshot>;

/** Units that count towards a purchase limit. */
export interface CountedUnits {
  readonly product_id: string;
  readonly quantity: number;
  readonly limit: number;
}

/** An order with the shards that it takes its units from. */
export interface AllocatedOrder<O extends OpenOrder = OpenOrder> {
  readonly order: O;
  readonly lines: readonly OrderLine[];
  readonly allocations: readonly VersionedShardUnits[];
  readonly counted: readonly CountedUnits[];
}

/** An order that cannot be confirmed, and the lines that are the reason. */
export interface PlannedRejection<O extends OpenOrder = OpenOrder> {
  readonly order: O;
  readonly reason: RejectionReason;
  readonly short: readonly ShortLine[];
}

/** Units by shard ID or `purchaseKey`. */
export type Units = Map<string, number>;

/** Identifies the purchases of a product by a customer. */
export const purchaseKey = (customerId: string, productId: string): string => `purchase ${customerId} ${productId}`;
