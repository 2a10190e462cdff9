import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { OpenOrder, StockSnapshots } from '../../../../lib/orders/confirm/allocation.ts';
import { mergePurchaseCounts, mergeStockUpdates } from '../../../../lib/orders/confirm/merge-writes.ts';
import { type Plan, planOrders } from '../../../../lib/orders/confirm/plan.ts';
import { totalOf } from '../../../../lib/orders/order.ts';
import { shardId, stockOf } from '../../../../lib/products/product.ts';
import { anyWorld } from '../../../support/any-world.ts';
import { openOrderOf, snapshotsOf, stocked } from '../../../support/builders-domain.ts';

const placed = (plan: Plan) => plan.transactions.flatMap(({ orders }) => orders);
const takesIn = (plan: Plan) => placed(plan).flatMap(({ allocations }) => allocations);
const unitsIn = (allocations: readonly { quantity: number }[]) =>
  allocations.reduce((sum, { quantity }) => sum + quantity, 0);

const holds = (property: (plan: Plan, snapshots: StockSnapshots, orders: readonly OpenOrder[]) => void) =>
  fc.assert(
    fc.property(anyWorld, ({ snapshots, orders, lane }) => {
      property(planOrders(orders, snapshots, lane), snapshots, orders);
    }),
    { numRuns: 150 },
  );

describe('any plan', () => {
  it('never allocations more from a shard than was read in it', () => {
    holds((plan, snapshots) => {
      for (const { product_id, shard, quantity } of mergeStockUpdates(placed(plan))) {
        const shards = snapshots.get(product_id)?.shards;
        if (shards === undefined) continue;
        expect(quantity).toBeLessThanOrEqual(shards.find((one) => one.shard === shard)?.stock ?? -1);
      }
    });
  });

  it('allocations whole orders only, each line in full', () => {
    holds((plan) => {
      for (const { order, lines, allocations } of placed(plan)) {
        expect(lines.map(({ product_id, quantity }) => [product_id, quantity])).toEqual(
          order.lines.map(({ product_id, quantity }) => [product_id, quantity]),
        );
        for (const { product_id, quantity } of lines) {
          expect(unitsIn(allocations.filter((take) => take.product_id === product_id))).toBe(quantity);
        }
        expect(allocations.every(({ quantity }) => quantity > 0)).toBe(true);
        const shards = allocations.map(({ product_id, shard }) => shardId(product_id, shard));
        expect(new Set(shards).size).toBe(shards.length);
      }
    });
  });

  it('charges the price of every shard it allocations from, in the version that it was read in, and allocations only from shards on sale', () => {
    holds((plan, snapshots) => {
      for (const { lines, allocations } of placed(plan)) {
        for (const { product_id, shard, product_version } of allocations) {
          const unit_price = lines.find((line) => line.product_id === product_id)?.unit_price;
          const found = snapshots.get(product_id)?.shards?.find((one) => one.shard === shard);
          if (snapshots.get(product_id)?.shards === undefined) continue;
          expect(found).toMatchObject({ price: unit_price, active: true, product_version });
        }
      }
    });
  });

  it('allocations nothing from a shard that knows a later version of the product than was read', () => {
    holds((plan, snapshots) => {
      for (const { product_id, product_version } of takesIn(plan))
        expect(product_version).toBeLessThanOrEqual(snapshots.get(product_id)?.product.version ?? 0);
    });
  });

  it('keeps promised prices and expected totals', () => {
    holds((plan) => {
      for (const { order, lines } of placed(plan)) {
        if (order.expected_total !== undefined) expect(totalOf(lines)).toBe(order.expected_total);
        for (const [index, { unit_price }] of order.lines.entries()) {
          if (unit_price !== undefined) expect(lines[index]?.unit_price).toBe(unit_price);
        }
      }
    });
  });

  it('disposes of every order exactly once', () => {
    holds((plan, _, orders) => {
      const ids = [
        ...placed(plan).map(({ order }) => order),
        ...plan.rejections.map(({ order }) => order),
        ...plan.needsRead,
        ...plan.tooManyShards.map(({ order }) => order),
      ].map(({ id }) => id);
      expect(ids.sort()).toEqual(orders.map(({ id }) => id).sort());
    });
  });

  it('has transactions of 1 to 100 actions on distinct items', () => {
    holds((plan) => {
      for (const { orders } of plan.transactions) {
        const own = orders.flatMap(({ order }) => order.writtenItems);
        expect(new Set(own).size).toBe(own.length);
        const shared = mergeStockUpdates(orders).length + mergePurchaseCounts(orders).length;
        expect(own.length + shared).toBeLessThanOrEqual(100);
        expect(own.length).toBeGreaterThan(0);
      }
    });
  });

  it('counts every line of a product with a purchase limit, and no line above the limit', () => {
    holds((plan, snapshots) => {
      for (const { lines, counted } of placed(plan)) {
        const limits = lines.map(({ product_id }) => snapshots.get(product_id)?.product.limit_per_customer);
        expect(counted.map(({ product_id }) => product_id)).toEqual(
          lines.filter((_, index) => limits[index] !== undefined).map(({ product_id }) => product_id),
        );
        for (const [index, { quantity }] of lines.entries())
          expect(quantity).toBeLessThanOrEqual(limits[index] ?? Number.POSITIVE_INFINITY);
      }
    });
  });

  it('refuses as out of stock only what all shards together cannot serve', () => {
    holds((plan, snapshots) => {
      for (const { reason, short, order } of plan.rejections) {
        if (reason !== 'out_of_stock') continue;
        expect(short.length).toBeGreaterThan(0);
        for (const { product_id, requested, available } of short) {
          const shards = snapshots.get(product_id)?.shards;
          expect(shards).toBeDefined();
          expect(available).toBe(stockOf(shards ?? []));
          expect(available).toBeLessThan(requested);
          expect(order.lines).toContainEqual(expect.objectContaining({ product_id, quantity: requested }));
        }
      }
    });
  });

  it('refuses only what it would refuse alone', () => {
    holds((plan, snapshots) => {
      for (const { order, reason } of plan.rejections) {
        expect(planOrders([order], snapshots, 0).rejections.map((alone) => alone.reason)).toEqual([reason]);
      }
    });
  });
});

describe('orders of one unit', () => {
  const stocks = fc.array(fc.integer({ min: 0, max: 40 }), { minLength: 1, maxLength: 32 });

  it('sell a product out exactly when there are enough of them', () => {
    fc.assert(
      fc.property(
        stocks,
        fc.integer({ min: 0, max: 400 }),
        fc.double({ min: 0, max: 0.999, noNaN: true }),
        (units, demand, lane) => {
          const keyboard = stocked(units);
          const orders = Array.from({ length: demand }, () => openOrderOf(keyboard.product));
          const plan = planOrders(orders, snapshotsOf(keyboard), lane);
          const stock = stockOf(keyboard.shards);
          expect(unitsIn(takesIn(plan))).toBe(Math.min(demand, stock));
          // They are served in the order of their arrival.
          expect(new Set(placed(plan).map(({ order }) => order))).toEqual(new Set(orders.slice(0, stock)));
        },
      ),
      { numRuns: 100 },
    );
  });

  it('start on different shards in different shard offsets', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 32 }), fc.boolean(), (count, known) => {
        const keyboard = stocked(Array.from({ length: count }, () => 5));
        const snapshots = snapshotsOf(known ? keyboard : { product: keyboard.product });
        const starts = Array.from({ length: count }, (_, lane) =>
          takesIn(planOrders([openOrderOf(keyboard.product)], snapshots, (lane + 0.5) / count)),
        );
        expect(new Set(starts.map(([take]) => take?.shard)).size).toBe(count);
      }),
    );
  });
});
