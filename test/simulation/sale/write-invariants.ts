import { type Order, type OrderIn, totalOf } from '../../../lib/orders/order.ts';
import { shardId } from '../../../lib/products/product.ts';
import { type AtomicWrite, type Pair, statusChanges, statusOf, sumBy } from './ledger.ts';

/** Checks one write or transaction and returns a message per violation. */
export type WriteInvariant = (write: AtomicWrite, mayAdd: MayAdd) => string[];

/** Whether the task of the write may add units to the product: only restocks and new products may. */
export type MayAdd = (productId: string, units: number) => boolean;

/** An independent copy of `transitions` in lib/orders/order.ts, so that the simulation notices a wrong entry there. */
const transitions = new Set([
  'new>PENDING',
  'new>CONFIRMED',
  'PENDING>CONFIRMED',
  'PENDING>REJECTED',
  'PENDING>CANCELLED',
  'CONFIRMED>CANCELLED',
]);

/** Sums the units of orders that the write confirms, minus those of confirmed orders that it cancels. */
function confirmedUnits(
  write: AtomicWrite,
  unitsOf: (order: OrderIn<'CONFIRMED'>) => readonly (readonly [string, number])[],
) {
  const { confirmed, released } = statusChanges(write);
  const signed = [
    ...confirmed.flatMap((one) => unitsOf(one)),
    ...released.flatMap((one) => unitsOf(one).map(([key, units]) => [key, -units] as const)),
  ];
  return sumBy(
    signed,
    ([key]) => key,
    ([, units]) => units,
  );
}

const gain = <T>({ before, after }: Pair<T>, of: (item: T) => number): number =>
  (after === undefined ? 0 : of(after)) - (before === undefined ? 0 : of(before));

export const writeInvariants: Readonly<Record<string, WriteInvariant>> = {
  'stock and sold units are never negative': ({ shards }) =>
    shards.flatMap(({ after }) =>
      after === undefined || after.stock < 0 || after.sold < 0 ? [`${JSON.stringify(after)}`] : [],
    ),

  'stock + sold changes only by a restock or a new product': ({ shards }, mayAdd) => {
    const product = ({ before, after }: AtomicWrite['shards'][number]) => (after ?? before)?.product_id ?? '';
    const gains = sumBy(shards, product, (pair) => gain(pair, ({ stock, sold }) => stock + sold));
    return [...gains].flatMap(([id, units]) =>
      units === 0 || mayAdd(id, units) ? [] : [`product ${id} changed by ${units} units`],
    );
  },

  'sold units of each shard equal units of confirmed orders': (write) => {
    const units = confirmedUnits(write, ({ allocations }) =>
      allocations.map(({ product_id, shard, quantity }) => [shardId(product_id, shard), quantity] as const),
    );
    for (const pair of write.shards) {
      const id = (pair.after ?? pair.before)?.shard_id ?? '';
      units.set(id, (units.get(id) ?? 0) - gain(pair, ({ sold }) => sold));
    }
    return [...units].flatMap(([id, off]) => (off === 0 ? [] : [`${id} is off by ${off}`]));
  },

  'a confirmed order allocates exactly its lines, at the current price, from products on sale': (write) => {
    const shards = new Map(write.shards.map(({ before }) => [before?.shard_id, before]));
    return statusChanges(write).confirmed.flatMap((one) => {
      const wrong = one.allocations.filter(({ product_id, shard }) => {
        const from = shards.get(shardId(product_id, shard));
        const line = one.lines.find((candidate) => candidate.product_id === product_id);
        return from === undefined || !from.active || from.price !== line?.unit_price;
      });
      const units = sumBy(
        one.allocations,
        ({ product_id }) => product_id,
        ({ quantity }) => quantity,
      );
      const short = one.lines.filter(({ product_id, quantity }) => units.get(product_id) !== quantity);
      return wrong.length + short.length === 0 && one.total === totalOf(one.lines)
        ? []
        : [`order ${one.id}: ${JSON.stringify({ wrong, short })}`];
    });
  },

  'a write that increases stock increments stock_increases': ({ shards }) =>
    shards.flatMap(({ before, after }) =>
      before !== undefined &&
      after !== undefined &&
      after.stock > before.stock &&
      after.stock_increases <= before.stock_increases
        ? [after.shard_id]
        : [],
    ),

  'checksums of a write to several shards sum up to 0': ({ shards }) => {
    const product = ({ before, after }: AtomicWrite['shards'][number]) => (after ?? before)?.product_id ?? '';
    const gains = sumBy(shards, product, (pair) => gain(pair, ({ checksum = 0 }) => checksum));
    const unmarked = [...Map.groupBy(shards, product)].filter(
      ([, pairs]) => pairs.length > 1 && pairs.every((pair) => gain(pair, ({ checksum = 0 }) => checksum) === 0),
    );
    return [...[...gains].filter(([, sum]) => sum !== 0), ...unmarked].map(([id]) => id);
  },

  'an order follows the status transitions and its contents do not change': ({ orders }) =>
    orders.flatMap(({ before, after }) => {
      const step = `${statusOf(before)}>${statusOf(after)}`;
      const contentsOf = (one: Order | undefined) =>
        one && JSON.stringify([one.customer_id, one.lines, one.total, one.created_at, one.fingerprint]);
      const changed = before !== undefined && contentsOf(before) !== contentsOf(after);
      return transitions.has(step) && !changed ? [] : [`order ${after?.id ?? before?.id}: ${step}`];
    }),

  'a checkout empties exactly the cart that it orders': (write) =>
    write.orders.flatMap(({ before, after }) => {
      if (before !== undefined || after?.status !== 'CONFIRMED') return [];
      const cart = write.carts.find((pair) => pair.before?.customer_id === after.customer_id);
      const ordered = Object.fromEntries(after.lines.map(({ product_id, quantity }) => [product_id, quantity]));
      const isSame = JSON.stringify(sorted(cart?.before?.lines ?? {})) === JSON.stringify(sorted(ordered));
      return isSame && Object.keys(cart?.after?.lines ?? { full: 1 }).length === 0 ? [] : [`order ${after.id}`];
    }),

  'purchase counts equal counted units and stay within the limit': (write) => {
    const units = confirmedUnits(write, ({ customer_id, counted, lines }) =>
      lines
        .filter(({ product_id }) => counted.includes(product_id))
        .map(({ product_id, quantity }) => [`${customer_id} ${product_id}`, quantity] as const),
    );
    // Shards that a change has not been propagated to still have the old limit.
    const limits = new Map<string, number>();
    const limited = new Set<string>();
    for (const { before } of write.shards) {
      if (before?.limit_per_customer === undefined) continue;
      limited.add(before.shard_id);
      limits.set(before.product_id, Math.max(before.limit_per_customer, limits.get(before.product_id) ?? 0));
    }
    const violations: string[] = [];
    for (const { before, after } of write.purchases) {
      for (const [id, bought] of Object.entries(after ?? {})) {
        if (typeof bought === 'string') continue;
        const key = `${after?.customer_id} ${id}`;
        const more = bought - Number(before?.[id] ?? 0);
        if (more > 0 && bought > (limits.get(id) ?? 0)) violations.push(`${key}: ${bought} > ${limits.get(id)}`);
        units.set(key, (units.get(key) ?? 0) - more);
      }
    }
    for (const [key, off] of units) if (off !== 0) violations.push(`${key} is off by ${off}`);
    const uncounted = statusChanges(write).confirmed.flatMap((one) =>
      one.allocations.filter(
        ({ product_id, shard }) => limited.has(shardId(product_id, shard)) && !one.counted.includes(product_id),
      ),
    );
    return [...violations, ...uncounted.map(({ product_id }) => `${product_id} was not counted`)];
  },
};

const sorted = (lines: Readonly<Record<string, number>>): [string, number][] =>
  Object.entries(lines).sort(([a], [b]) => (a < b ? -1 : 1));
