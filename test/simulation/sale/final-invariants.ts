import { unmarshall } from '@aws-sdk/util-dynamodb';
import type * as z from 'zod/mini';
import type { FieldError } from '../../../lib/errors.ts';
import { type Order, order } from '../../../lib/orders/order.ts';
import { product, soldOf, stockOf, stockShard } from '../../../lib/products/product.ts';
import type { SimulatedDynamoDb } from '../dynamodb/service.ts';
import { tableName } from './container.ts';
import type { InvariantMonitor } from './invariant-monitor.ts';
import { sumBy } from './ledger.ts';
import type { Readers } from './readers.ts';
import type { ProductAction } from './scenario.ts';
import type { Sellers } from './sellers.ts';
import type { Shoppers } from './shoppers.ts';

/** How long a container may use cached stock to reject an order. */
const cacheMs = 1_000;

/** The final state of a sale, and all responses during it. */
export interface CompletedSale {
  readonly dynamodb: SimulatedDynamoDb;
  readonly monitor: InvariantMonitor;
  readonly shoppers: Shoppers;
  readonly sellers: Sellers;
  readonly readers: Readers;
  /** Initial stock by product. */
  readonly initialStock: ReadonlyMap<string, number>;
}

interface SaleWithOrders extends CompletedSale {
  readonly orders: ReadonlyMap<string, Order>;
}

type Check = (sale: SaleWithOrders) => string[];

const rowsOf = <T>(dynamodb: SimulatedDynamoDb, table: string, schema: z.ZodMiniType<T>): T[] =>
  [...(dynamodb.tables.get(tableName(table))?.items ?? [])].flatMap(([key, item]) =>
    // The products table also contains used idempotency keys.
    key.startsWith('key#') ? [] : [schema.parse(unmarshall(JSON.parse(JSON.stringify(item))))],
  );

const confirmedOf = ({ orders }: SaleWithOrders) => [...orders.values()].filter(({ status }) => status === 'CONFIRMED');

const checks: Readonly<Record<string, Check>> = {
  'at the end, no order is PENDING': ({ orders }) =>
    [...orders.values()].flatMap(({ id, status }) => (status === 'PENDING' ? [id] : [])),

  'at the end, stock + sold equals supplied units, and sold equals confirmed units': (completed) => {
    const { dynamodb, initialStock, monitor } = completed;
    const shards = rowsOf(dynamodb, 'stock', stockShard);
    const units = sumBy(
      confirmedOf(completed).flatMap(({ lines }) => lines),
      ({ product_id }) => product_id,
      ({ quantity }) => quantity,
    );
    return [...initialStock].flatMap(([id, initial]) => {
      const own = shards.filter(({ product_id }) => product_id === id);
      const added = monitor.added.filter((one) => one.product === id && one.task !== 'setup');
      const supplied = initial + added.reduce((sum, one) => sum + one.units, 0);
      const found = { stock: stockOf(own), sold: soldOf(own), supplied, confirmed: units.get(id) ?? 0 };
      return found.stock + found.sold === supplied && found.sold === found.confirmed
        ? []
        : [JSON.stringify({ id, ...found })];
    });
  },

  'at the end, every shard has the price, limit and state of its product': ({ dynamodb }) => {
    const shards = rowsOf(dynamodb, 'stock', stockShard);
    return rowsOf(dynamodb, 'products', product).flatMap((one) => {
      const own = shards.filter(({ product_id }) => product_id === one.id);
      const agrees = own.every(
        ({ price, active, limit_per_customer }) =>
          price === one.price && active === one.active && limit_per_customer === one.limit_per_customer,
      );
      const isPropagated = one.propagating === undefined && own.length === one.stock_shards && agrees;
      return isPropagated ? [] : [`product ${one.id}: ${JSON.stringify({ one, own })}`];
    });
  },

  'a returned order matches the stored order': ({ shoppers, orders }) =>
    shoppers.placings.flatMap(({ result, action, task }) => {
      if (result.status !== 'succeeded') return [];
      const returned = result.value.order;
      const stored = orders.get(returned.id);
      const possible: readonly string[] =
        returned.status === 'PENDING'
          ? ['CONFIRMED', 'REJECTED', 'CANCELLED']
          : returned.status === 'CONFIRMED'
            ? ['CONFIRMED', 'CANCELLED']
            : [returned.status];
      const matches =
        stored !== undefined &&
        possible.includes(stored.status) &&
        JSON.stringify(stored.lines) === JSON.stringify(returned.lines) &&
        (action.kind === 'submit' || returned.status !== 'PENDING');
      return matches ? [] : [`${task}: ${JSON.stringify({ returned, stored })}`];
    }),

  'an order is CANCELLED only after a cancel request, and stays CANCELLED': ({ shoppers, orders }) => {
    const requested = new Set(shoppers.cancellations.map(({ order_id }) => order_id));
    const unrequested = [...orders.values()].filter(({ id, status }) => status === 'CANCELLED' && !requested.has(id));
    const broken = shoppers.cancellations.filter(
      ({ result, order_id }) => result.status === 'succeeded' && orders.get(order_id)?.status !== 'CANCELLED',
    );
    return [...unrequested.map(({ id }) => id), ...broken.map(({ order_id }) => order_id)];
  },

  "no customer can cancel another customer's order": ({ shoppers }) =>
    shoppers.cancellations.flatMap(({ action, result, order_id }) =>
      action.byStranger &&
      result.status !== 'unknown' &&
      !(result.status === 'rejected' && ['forbidden', 'contention'].includes(result.code))
        ? [order_id]
        : [],
    ),

  'an order is rejected as out of stock only if its stock was too low': ({ shoppers, orders, monitor }) => {
    const hadStock = (errors: readonly Pick<FieldError, 'product_id' | 'requested'>[], fromMs: number, toMs: number) =>
      errors.every(
        ({ product_id = '', requested = 0 }) =>
          monitor.availableStock.leastBetween(product_id, fromMs - cacheMs, toMs) >= requested,
      );
    const rejectedRequests = shoppers.placings.flatMap(({ result, fromMs, toMs, task }) =>
      result.status === 'rejected' && result.code === 'out_of_stock' && hadStock(result.errors, fromMs, toMs)
        ? [task]
        : [],
    );
    const rejectedOrders = [...orders.values()].flatMap((one) => {
      if (one.status !== 'REJECTED' || one.reason !== 'out_of_stock') return [];
      const { fromMs, toMs } = monitor.timesOf(one.id);
      return hadStock(one.short_lines, fromMs, toMs) ? [`order ${one.id}`] : [];
    });
    return [...rejectedRequests, ...rejectedOrders];
  },

  'a restock takes effect once if it succeeded and never if it was rejected': ({ sellers, monitor }) => {
    const restocks = sellers.calls.filter(({ action }) => action.kind === 'restock');
    return [...Map.groupBy(restocks, ({ task }) => task)].flatMap(([task, calls]) => {
      const times = monitor.added.filter((one) => one.task === task).length;
      const statuses = new Set(calls.map(({ result }) => result.status));
      const isCorrect = statuses.has('succeeded') ? times === 1 : statuses.has('unknown') ? times <= 1 : times === 0;
      return isCorrect ? [] : [`${task}: ${times} times, ${JSON.stringify(calls)}`];
    });
  },

  'no order is confirmed with product data from before an acknowledged change': ({ sellers, monitor }) =>
    sellers.calls.flatMap((call) => {
      const { action, result, product: id, fromMs, toMs, task } = call;
      const competing = sellers.calls.filter((one) => one !== call && one.product === id && compete(one, call));
      // The order of concurrent changes and the effect of a change with an unknown result are undefined.
      const isUndefined = competing.some(
        (one) => one.result.status !== 'succeeded' || (one.fromMs < toMs && one.toMs > fromMs),
      );
      if (result.status !== 'succeeded' || isUndefined || !(action.kind === 'price' || ends(action))) return [];
      const untilMs = Math.min(...competing.map((one) => one.fromMs).filter((from) => from >= toMs));
      const wrong = monitor.sales.filter(
        (sale) =>
          sale.product_id === id &&
          sale.atMs > toMs &&
          sale.atMs < untilMs &&
          (ends(action) || sale.unit_price !== action.value),
      );
      return wrong.map((sale) => `${task}: ${JSON.stringify(sale)}`);
    }),

  'without restocks and cancellations, stock only falls and sold only grows': ({ sellers, shoppers, orders }) => {
    const increasing = new Set(
      shoppers.cancellations.flatMap(
        ({ order_id }) => orders.get(order_id)?.lines.map((line) => line.product_id) ?? [],
      ),
    );
    for (const { action, product: id } of sellers.calls) if (action.kind === 'restock') increasing.add(id);
    const reads = sellers.calls.filter(({ action, product: id }) => action.kind === 'read' && !increasing.has(id));
    return reads.flatMap(({ product: id, toMs, task, result }) => {
      if (result.status !== 'succeeded' || result.value === undefined) return [];
      const earlier = result.value.shards;
      const later = reads.filter((one) => one.product === id && one.fromMs >= toMs);
      const mayTransfer = sellers.calls.some(
        ({ action, product: other }) => other === id && action.kind === 'add_shards',
      );
      return later.flatMap((one) => {
        if (one.result.status !== 'succeeded' || one.result.value === undefined) return [];
        const { shards } = one.result.value;
        const falls = mayTransfer || stockOf(shards) <= stockOf(earlier);
        return falls && soldOf(shards) >= soldOf(earlier) ? [] : [`${task}, then ${one.task}`];
      });
    });
  },

  'a read returns every write that completed before it, and no partial write': ({ readers, sellers, monitor }) => {
    const responses = sellers.calls.flatMap(({ result, ...call }) =>
      result.status === 'succeeded' && result.value !== undefined
        ? [{ ...call, sum: { stock: stockOf(result.value.shards), sold: soldOf(result.value.shards) } }]
        : [],
    );
    return [...readers.readings, ...responses].flatMap(({ task, product: id, sum, fromMs, toMs }) =>
      monitor.sums.isPossible(id, sum, fromMs, toMs) ? [] : [`${task}: ${JSON.stringify({ id, ...sum, fromMs })}`],
    );
  },
};

const ends = ({ kind, value }: ProductAction): boolean => kind === 'deactivate' || (kind === 'delete' && value !== 0);

type SellerCall = Sellers['calls'][number];

const compete = ({ action }: SellerCall, other: SellerCall): boolean =>
  action.kind === 'price'
    ? other.action.kind === 'price'
    : (action.kind === 'activate' || ends(action)) && ends(other.action);

/** Checks the invariants that need a complete sale and reports violations to the monitor. */
export function checkFinalInvariants(completed: CompletedSale): void {
  const orders = new Map(rowsOf(completed.dynamodb, 'orders', order).map((one) => [one.id, one]));
  for (const [rule, check] of Object.entries(checks)) {
    for (const detail of check({ ...completed, orders })) completed.monitor.report(rule, detail);
  }
}
