import {
  type Order,
  type OrderIn,
  type OrderStatus,
  totalOf,
  transitions,
} from '../../../lib/orders/order.ts';
import { shardId } from '../../../lib/products/product.ts';
import { type AtomicWrite, movements, type Pair, statusOf, sumBy } from './ledger.ts';

/** What must hold of every single write and transaction, whatever was before it and comes after it. */
export type WriteInvariant = (entry: AtomicWrite, supplied: Supplied) => string[];

/** Units that the task behind the entry may add to a product; none for all but adding stock and making a product. */
export type Supplied = (productId: string, units: number) => boolean;

/** Units of each shard, or product, that confirmed orders gain by the entry. */
function confirmedUnits(
  entry: AtomicWrite,
  unitsOf: (order: OrderIn<'CONFIRMED'>) => readonly (readonly [string, number])[],
) {
  const { confirmed, returned } = movements(entry);
  const signed = [
    ...confirmed.flatMap((one) => unitsOf(one)),
    ...returned.flatMap((one) => unitsOf(one).map(([key, units]) => [key, -units] as const)),
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
  'no shard is below zero': ({ shards }) =>
    shards.flatMap(({ after }) =>
      after === undefined || after.stock < 0 || after.sold < 0 ? [`${JSON.stringify(after)}`] : [],
    ),

  'stock + sold = supplied': ({ shards }, supplied) => {
    const product = ({ before, after }: AtomicWrite['shards'][number]) => (after ?? before)?.product_id ?? '';
    const gains = sumBy(shards, product, (pair) => gain(pair, ({ stock, sold }) => stock + sold));
    return [...gains].flatMap(([id, units]) =>
      units === 0 || supplied(id, units) ? [] : [`${units} units came to ${id} from nowhere`],
    );
  },

  'sold = units of confirmed orders, shard by shard': (entry) => {
    const units = confirmedUnits(entry, ({ allocations }) =>
      allocations.map(({ product_id, shard, quantity }) => [shardId(product_id, shard), quantity] as const),
    );
    for (const pair of entry.shards) {
      const id = (pair.after ?? pair.before)?.shard_id ?? '';
      units.set(id, (units.get(id) ?? 0) - gain(pair, ({ sold }) => sold));
    }
    return [...units].flatMap(([id, off]) => (off === 0 ? [] : [`${id} is off by ${off}`]));
  },

  'an order takes what its lines say, at the price and while its shards are on sale': (entry) => {
    const shards = new Map(entry.shards.map(({ before }) => [before?.shard_id, before]));
    return movements(entry).confirmed.flatMap((one) => {
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

  'a unit that comes counts as a refill': ({ shards }) =>
    shards.flatMap(({ before, after }) =>
      before !== undefined &&
      after !== undefined &&
      after.stock > before.stock &&
      after.stock_increases <= before.stock_increases
        ? [after.shard_id]
        : [],
    ),

  'what is written over several shards of a product carries checksums that sum up to 0': ({ shards }) => {
    const product = ({ before, after }: AtomicWrite['shards'][number]) => (after ?? before)?.product_id ?? '';
    const gains = sumBy(shards, product, (pair) => gain(pair, ({ checksum = 0 }) => checksum));
    const unmarked = [...Map.groupBy(shards, product)].filter(
      ([, pairs]) =>
        pairs.length > 1 && pairs.every((pair) => gain(pair, ({ checksum = 0 }) => checksum) === 0),
    );
    return [...[...gains].filter(([, sum]) => sum !== 0), ...unmarked].map(([id]) => id);
  },

  'an order ends once, and stays as it was ordered': ({ orders }) =>
    orders.flatMap(({ before, after }) => {
      const allowed: readonly OrderStatus[] = transitions[statusOf(before)];
      const isAllowed = after !== undefined && allowed.includes(after.status);
      const same = (one: Order | undefined) =>
        one && JSON.stringify([one.customer_id, one.lines, one.total, one.created_at, one.fingerprint]);
      const changed = before !== undefined && same(before) !== same(after);
      const step = `${before?.status} to ${after?.status}`;
      return isAllowed && !changed ? [] : [`order ${after?.id ?? before?.id}: ${step}`];
    }),

  'a checkout empties the very cart that it orders': (entry) =>
    entry.orders.flatMap(({ before, after }) => {
      if (before !== undefined || after?.status !== 'CONFIRMED') return [];
      const cart = entry.carts.find((pair) => pair.before?.customer_id === after.customer_id);
      const ordered = Object.fromEntries(
        after.lines.map(({ product_id, quantity }) => [product_id, quantity]),
      );
      const isSame = JSON.stringify(sorted(cart?.before?.lines ?? {})) === JSON.stringify(sorted(ordered));
      return isSame && Object.keys(cart?.after?.lines ?? { full: 1 }).length === 0
        ? []
        : [`order ${after.id}`];
    }),

  'purchases = counted units, within the limit': (entry) => {
    const units = confirmedUnits(entry, ({ customer_id, counted, lines }) =>
      lines
        .filter(({ product_id }) => counted.includes(product_id))
        .map(({ product_id, quantity }) => [`${customer_id} ${product_id}`, quantity] as const),
    );
    // Shards that a change of the limit has not reached yet still have the old one.
    const limits = new Map<string, number>();
    const limited = new Set<string>();
    for (const { before } of entry.shards) {
      if (before?.limit_per_customer === undefined) continue;
      limited.add(before.shard_id);
      limits.set(before.product_id, Math.max(before.limit_per_customer, limits.get(before.product_id) ?? 0));
    }
    const problems: string[] = [];
    for (const { before, after } of entry.purchases) {
      for (const [id, bought] of Object.entries(after ?? {})) {
        if (typeof bought === 'string') continue;
        const key = `${after?.customer_id} ${id}`;
        const more = bought - Number(before?.[id] ?? 0);
        if (more > 0 && bought > (limits.get(id) ?? 0))
          problems.push(`${key}: ${bought} > ${limits.get(id)}`);
        units.set(key, (units.get(key) ?? 0) - more);
      }
    }
    for (const [key, off] of units) if (off !== 0) problems.push(`${key} is off by ${off}`);
    const uncounted = movements(entry).confirmed.flatMap((one) =>
      one.allocations.filter(
        ({ product_id, shard }) =>
          limited.has(shardId(product_id, shard)) && !one.counted.includes(product_id),
      ),
    );
    return [...problems, ...uncounted.map(({ product_id }) => `${product_id} was not counted`)];
  },
};

const sorted = (lines: Readonly<Record<string, number>>): [string, number][] =>
  Object.entries(lines).sort(([a], [b]) => (a < b ? -1 : 1));
