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

/** For so long a container may answer "sold out" from memory, and a submitted order may use a price it has read. */
const memoryMs = 1_000;

/** All that is left when a sale is over, and all that was said while it went on. */
export interface Evidence {
  readonly dynamodb: SimulatedDynamoDb;
  readonly watch: InvariantMonitor;
  readonly shoppers: Shoppers;
  readonly sellers: Sellers;
  readonly readers: Readers;
  /** Units each product began with. */
  readonly opening: ReadonlyMap<string, number>;
}

interface Outcome extends Evidence {
  readonly orders: ReadonlyMap<string, Order>;
}

type Check = (outcome: Outcome) => string[];

const rowsOf = <T>(dynamodb: SimulatedDynamoDb, noun: string, schema: z.ZodMiniType<T>): T[] =>
  [...(dynamodb.tables.get(tableName(noun))?.items ?? [])].flatMap(([key, item]) =>
    // Used idempotency keys lie beside the products.
    key.startsWith('key#') ? [] : [schema.parse(unmarshall(JSON.parse(JSON.stringify(item))))],
  );

const confirmedOf = ({ orders }: Outcome) =>
  [...orders.values()].filter(({ status }) => status === 'CONFIRMED');

const checks: Readonly<Record<string, Check>> = {
  'no order stays PENDING': ({ orders }) =>
    [...orders.values()].flatMap(({ id, status }) => (status === 'PENDING' ? [id] : [])),

  'in the end stock + sold = supplied, and sold = confirmed': (outcome) => {
    const { dynamodb, opening, watch } = outcome;
    const shards = rowsOf(dynamodb, 'stock', stockShard);
    const units = sumBy(
      confirmedOf(outcome).flatMap(({ lines }) => lines),
      ({ product_id }) => product_id,
      ({ quantity }) => quantity,
    );
    return [...opening].flatMap(([id, opened]) => {
      const own = shards.filter(({ product_id }) => product_id === id);
      const added = watch.added.filter((one) => one.product === id && one.task !== 'open');
      const supplied = opened + added.reduce((sum, one) => sum + one.units, 0);
      const seen = { stock: stockOf(own), sold: soldOf(own), supplied, confirmed: units.get(id) ?? 0 };
      return seen.stock + seen.sold === supplied && seen.sold === seen.confirmed
        ? []
        : [JSON.stringify({ id, ...seen })];
    });
  },

  'every shard agrees with its product in the end': ({ dynamodb }) => {
    const shards = rowsOf(dynamodb, 'stock', stockShard);
    return rowsOf(dynamodb, 'products', product).flatMap((one) => {
      const own = shards.filter(({ product_id }) => product_id === one.id);
      const agrees = own.every(
        ({ price, active, limit_per_customer }) =>
          price === one.price && active === one.active && limit_per_customer === one.limit_per_customer,
      );
      const settled = one.propagating === undefined && own.length === one.stock_shards && agrees;
      return settled ? [] : [`product ${one.id}: ${JSON.stringify({ one, own })}`];
    });
  },

  'what a client was told of its order is true in the end': ({ shoppers, orders }) =>
    shoppers.placings.flatMap(({ answer, action, task }) => {
      if (answer.told !== 'done') return [];
      const said = answer.value.order;
      const stored = orders.get(said.id);
      const kept: readonly string[] =
        said.status === 'PENDING'
          ? ['CONFIRMED', 'REJECTED', 'CANCELLED']
          : said.status === 'CONFIRMED'
            ? ['CONFIRMED', 'CANCELLED']
            : [said.status];
      const isTrue =
        stored !== undefined &&
        kept.includes(stored.status) &&
        JSON.stringify(stored.lines) === JSON.stringify(said.lines) &&
        (action.kind === 'submit' || said.status !== 'PENDING');
      return isTrue ? [] : [`${task}: ${JSON.stringify({ said, stored })}`];
    }),

  'an order is cancelled only by a call for it, and stays so once told': ({ shoppers, orders }) => {
    const called = new Set(shoppers.cancellations.map(({ order_id }) => order_id));
    const uncalled = [...orders.values()].filter(
      ({ id, status }) => status === 'CANCELLED' && !called.has(id),
    );
    const broken = shoppers.cancellations.filter(
      ({ answer, order_id }) => answer.told === 'done' && orders.get(order_id)?.status !== 'CANCELLED',
    );
    return [...uncalled.map(({ id }) => id), ...broken.map(({ order_id }) => order_id)];
  },

  "a stranger reaches nobody's order": ({ shoppers }) =>
    shoppers.cancellations.flatMap(({ action, answer, order_id }) =>
      action.byStranger &&
      answer.told !== 'lost' &&
      !(answer.told === 'refused' && ['forbidden', 'contention'].includes(answer.code))
        ? [order_id]
        : [],
    ),

  'refused as out of stock only if it was short': ({ shoppers, orders, watch }) => {
    const false_ = (
      errors: readonly Pick<FieldError, 'product_id' | 'requested'>[],
      fromMs: number,
      toMs: number,
    ) =>
      errors.every(
        ({ product_id = '', requested = 0 }) =>
          watch.sellable.leastBetween(product_id, fromMs - memoryMs, toMs) >= requested,
      );
    const told = shoppers.placings.flatMap(({ answer, fromMs, toMs, task }) =>
      answer.told === 'refused' && answer.code === 'out_of_stock' && false_(answer.errors, fromMs, toMs)
        ? [task]
        : [],
    );
    const decided = [...orders.values()].flatMap((one) => {
      if (one.status !== 'REJECTED' || one.reason !== 'out_of_stock') return [];
      const { fromMs, toMs } = watch.lifeOf(one.id);
      return false_(one.short_lines, fromMs, toMs) ? [`order ${one.id}`] : [];
    });
    return [...told, ...decided];
  },

  'stock is added once where it was told, and not where it was refused': ({ sellers, watch }) => {
    const supplies = sellers.calls.filter(({ action }) => action.kind === 'restock');
    return [...Map.groupBy(supplies, ({ task }) => task)].flatMap(([task, calls]) => {
      const times = watch.added.filter((one) => one.task === task).length;
      const told = new Set(calls.map(({ answer }) => answer.told));
      const isRight = told.has('done') ? times === 1 : told.has('lost') ? times <= 1 : times === 0;
      return isRight ? [] : [`${task}: ${times} times, ${JSON.stringify(calls)}`];
    });
  },

  'after a change was told no order is confirmed as before it': ({ sellers, watch }) =>
    sellers.calls.flatMap((call) => {
      const { action, answer, product: id, fromMs, toMs, task } = call;
      const rivals = sellers.calls.filter(
        (one) => one !== call && one.product === id && ofOneKind(one, call),
      );
      // Which of two changes at once is the later, and what becomes of one whose reply was lost, is open.
      const isOpen = rivals.some(
        (one) => one.answer.told !== 'done' || (one.fromMs < toMs && one.toMs > fromMs),
      );
      if (answer.told !== 'done' || isOpen || !(action.kind === 'price' || ends(action))) return [];
      const untilMs = Math.min(...rivals.map((one) => one.fromMs).filter((from) => from >= toMs));
      const wrong = watch.sales.filter(
        (sale) =>
          sale.product_id === id &&
          sale.atMs > toMs &&
          sale.atMs < untilMs &&
          (ends(action) || sale.unit_price !== action.value),
      );
      return wrong.map((sale) => `${task}: ${JSON.stringify(sale)}`);
    }),

  'stock only falls and sold only grows where nothing comes back': ({ sellers, shoppers, orders }) => {
    const returning = new Set(
      shoppers.cancellations.flatMap(
        ({ order_id }) => orders.get(order_id)?.lines.map((line) => line.product_id) ?? [],
      ),
    );
    for (const { action, product: id } of sellers.calls) if (action.kind === 'restock') returning.add(id);
    const looks = sellers.calls.filter(
      ({ action, product: id }) => action.kind === 'read' && !returning.has(id),
    );
    return looks.flatMap(({ product: id, toMs, task, answer }) => {
      if (answer.told !== 'done' || answer.value === undefined) return [];
      const earlier = answer.value.shards;
      const later = looks.filter((one) => one.product === id && one.fromMs >= toMs);
      const mayMove = sellers.calls.some(
        ({ action, product: other }) => other === id && action.kind === 'add_shards',
      );
      return later.flatMap((one) => {
        if (one.answer.told !== 'done' || one.answer.value === undefined) return [];
        const { shards } = one.answer.value;
        const falls = mayMove || stockOf(shards) <= stockOf(earlier);
        return falls && soldOf(shards) >= soldOf(earlier) ? [] : [`${task}, then ${one.task}`];
      });
    });
  },

  'no reader sees a write in part, or misses one that was over before': ({ readers, sellers, watch }) => {
    const replies = sellers.calls.flatMap(({ answer, ...call }) =>
      answer.told === 'done' && answer.value !== undefined
        ? [{ ...call, sum: { stock: stockOf(answer.value.shards), sold: soldOf(answer.value.shards) } }]
        : [],
    );
    return [...readers.readings, ...replies].flatMap(({ task, product: id, sum, fromMs, toMs }) =>
      watch.sums.canBe(id, sum, fromMs, toMs) ? [] : [`${task}: ${JSON.stringify({ id, ...sum, fromMs })}`],
    );
  },
};

const ends = ({ kind, value }: ProductAction): boolean =>
  kind === 'deactivate' || (kind === 'delete' && value !== 0);

type SellerCall = Sellers['calls'][number];

const ofOneKind = ({ action }: SellerCall, other: SellerCall): boolean =>
  action.kind === 'price'
    ? other.action.kind === 'price'
    : (action.kind === 'activate' || ends(action)) && ends(other.action);

/** Every check that needs the whole of a sale, by name, with what it found wrong. */
export function checkFinalInvariants(evidence: Evidence): void {
  const orders = new Map(rowsOf(evidence.dynamodb, 'orders', order).map((one) => [one.id, one]));
  for (const [rule, check] of Object.entries(checks)) {
    for (const detail of check({ ...evidence, orders })) evidence.watch.report(rule, detail);
  }
}
