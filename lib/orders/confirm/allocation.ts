import type { Product, StockShard } from '../../products/product.ts';
import type { Allocation, OrderLine, RejectionReason, ShortLine } from '../order.ts';

/** What an order wants of one product. */
export interface RequestedLine {
  readonly product_id: string;
  readonly quantity: number;
  /** The price that was promised; without it the order pays the shard's. */
  readonly unit_price?: number;
}

/** An order to be placed: at most one line per product. */
export interface OpenOrder {
  readonly id: string;
  readonly customer_id: string;
  readonly lines: readonly RequestedLine[];
  /** It is placed at this total or not at all. */
  readonly expected_total?: number | undefined;
  /** The items that are written when it is placed, beside stock and purchase counts: one action each. */
  readonly writtenItems: readonly string[];
}

/** What is known of a product: its shards as just read, or none of them, and then it is tried blindly. */
export interface StockSnapshot {
  readonly product: Product;
  readonly shards?: readonly StockShard[];
}
export type StockSnapshots = ReadonlyMap<string, StockSnapshot>;

/**
 * A take, and the product's version that the transaction compares with the shard's. Whatever the order says of the
 * product (name, price) and is judged by (purchase limit, active) is of this version or a later one.
 */
export type VersionedAllocation = Allocation & { readonly product_version: number };

export interface CountedUnits {
  readonly product_id: string;
  readonly quantity: number;
  readonly limit: number;
}

export interface AllocatedOrder<C extends OpenOrder = OpenOrder> {
  readonly order: C;
  readonly lines: readonly OrderLine[];
  readonly allocations: readonly VersionedAllocation[];
  /** Units that count towards a purchase limit. */
  readonly counted: readonly CountedUnits[];
}

/** An order that cannot be placed, and the lines that are to blame. */
export interface PlannedRejection<C extends OpenOrder = OpenOrder> {
  readonly order: C;
  readonly reason: RejectionReason;
  readonly short: readonly ShortLine[];
}

/** Units by what they are of: a shard's id, or `purchaseKey`. */
export type Units = Map<string, number>;

/** What a customer has bought of a product. */
export const purchaseKey = (customerId: string, productId: string): string =>
  `purchase ${customerId} ${productId}`;
