import { unmarshall } from '@aws-sdk/util-dynamodb';
import * as z from 'zod/mini';
import { storedCart } from '../../../lib/carts/cart.ts';
import { type Order, type OrderIn, type OrderStatus, order } from '../../../lib/orders/order.ts';
import { type StockShard, stockShard } from '../../../lib/products/product.ts';
import type { Item } from '../dynamodb/item.ts';
import type { Change } from '../dynamodb/write.ts';
import { tableName } from './container.ts';

/** An item before and after a write. */
export interface Pair<T> {
  readonly before: T | undefined;
  readonly after: T | undefined;
}

/** The changes of one write or transaction, by table. */
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
  const pairsOf = <T>(name: string, schema: z.ZodMiniType<T>): Pair<T>[] =>
    changes
      .filter(({ table }) => table.name === tableName(name))
      .map(({ before, after }) => ({ before: parsed(schema, before), after: parsed(schema, after) }));
  return {
    shards: pairsOf('stock', stockShard),
    orders: pairsOf('orders', order),
    carts: pairsOf('carts', storedCart),
    purchases: pairsOf('purchases', purchases),
  };
}

export const statusOf = (one: Order | undefined): OrderStatus | 'new' => one?.status ?? 'new';

/** Returns the orders that the write confirms, and the confirmed orders that it cancels. */
export function statusChanges({ orders }: AtomicWrite): Record<'confirmed' | 'released', OrderIn<'CONFIRMED'>[]> {
  const confirmed = orders.flatMap(({ before, after }) =>
    statusOf(before) !== 'CONFIRMED' && after?.status === 'CONFIRMED' ? [after] : [],
  );
  const released = orders.flatMap(({ before, after }) =>
    before?.status === 'CONFIRMED' && after?.status !== 'CONFIRMED' ? [before] : [],
  );
  return { confirmed, released };
}

/** Sums units by key. */
export function sumBy<T>(items: readonly T[], key: (item: T) => string, units: (item: T) => number) {
  const sums = new Map<string, number>();
  for (const item of items) sums.set(key(item), (sums.get(key(item)) ?? 0) + units(item));
  return sums;
}
