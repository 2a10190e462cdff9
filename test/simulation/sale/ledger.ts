import { unmarshall } from '@aws-sdk/util-dynamodb';
import * as z from 'zod/mini';
import { storedCart } from '../../../lib/carts/cart.ts';
import { type Order, type OrderIn, type OrderStatus, order } from '../../../lib/orders/order.ts';
import { type StockShard, stockShard } from '../../../lib/products/product.ts';
import type { Item } from '../dynamodb/item.ts';
import type { Change } from '../dynamodb/write.ts';
import { tableName } from './container.ts';

/** One item of the product's, before and after a write. */
export interface Pair<T> {
  readonly before: T | undefined;
  readonly after: T | undefined;
}

/** What one write or one transaction changes, noun by noun. */
export interface AtomicWrite {
  readonly shards: readonly Pair<StockShard>[];
  readonly orders: readonly Pair<Order>[];
  readonly carts: readonly Pair<z.output<typeof storedCart>>[];
  readonly purchases: readonly Pair<Purchases>[];
}

const purchases = z.catchall(z.object({ customer_id: z.string() }), z.int());
type Purchases = z.output<typeof purchases>;

const parsed = <T>(schema: z.ZodMiniType<T>, item: Item | undefined): T | undefined =>
  item === undefined ? undefined : schema.parse(unmarshall(JSON.parse(JSON.stringify(item))));

export function atomicWriteOf(changes: readonly Change[]): AtomicWrite {
  const pairsOf = <T>(noun: string, schema: z.ZodMiniType<T>): Pair<T>[] =>
    changes
      .filter(({ table }) => table.name === tableName(noun))
      .map(({ before, after }) => ({ before: parsed(schema, before), after: parsed(schema, after) }));
  return {
    shards: pairsOf('stock', stockShard),
    orders: pairsOf('orders', order),
    carts: pairsOf('carts', storedCart),
    purchases: pairsOf('purchases', purchases),
  };
}

export const statusOf = (one: Order | undefined): OrderStatus | 'new' => one?.status ?? 'new';

/** Orders that the entry confirms, and those it cancels that were confirmed before. */
export function movements({ orders }: AtomicWrite): Record<'confirmed' | 'returned', OrderIn<'CONFIRMED'>[]> {
  const confirmed = orders.flatMap(({ before, after }) =>
    statusOf(before) !== 'CONFIRMED' && after?.status === 'CONFIRMED' ? [after] : [],
  );
  const returned = orders.flatMap(({ before, after }) =>
    before?.status === 'CONFIRMED' && after?.status !== 'CONFIRMED' ? [before] : [],
  );
  return { confirmed, returned };
}

/** Units by key, summed. */
export function sumBy<T>(items: readonly T[], key: (item: T) => string, units: (item: T) => number) {
  const sums = new Map<string, number>();
  for (const item of items) sums.set(key(item), (sums.get(key(item)) ?? 0) + units(item));
  return sums;
}
