import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { OpenOrder, StockSnapshots } from '../../../../lib/orders/confirm/allocation.ts';
import { mergePurchaseCounts, mergeStockUpdates } from '../../../../lib/orders/confirm/merge-writes.ts';
import { type Plan, planOrders } from '../../../../lib/orders/confirm/plan.ts';
import { totalOf } from '../../../../lib/orders/order.ts';
import { shardId, stockOf } from '../../../../lib/products/product.ts';
import { anyPlanInput } from '../../../support/fixtures/any-orders.ts';
import { openOrderOf, snapshotsOf, stocked } from '../../../support/fixtures/domain-builders.ts';

const allocated = (plan: Plan) => plan.transactions.flatMap(({ orders }) => orders);
const allocationsIn = (plan: Plan) => allocated(plan).flatMap(({ allocations }) => allocations);
const unitsIn = (allocations: readonly { quantity: number }[]) =>
  allocations.reduce((sum, { quantity }) => sum + quantity, 0);

const holds = (property: (plan: Plan, snapshots: StockSnapshots, orders: readonly OpenOrder[]) => void) =>
  fc.assert(
    fc.property(anyPlanInput, ({ snapshots, orders, shardOffset }) => {
      property(planOrders(orders, snapshots, shardOffset), snapshots, orders);
    }),
    { numRuns: 150 },
  );

describe('planOrders with any orders', () => {
  it('never allocates more from a shard than was read', () => {
    holds((plan, snapshots) => {
      for (const { product_id, shard, quantity } of mergeStockUpdates(allocated(plan))) {
        const shards = snapshots.get(product_id)?.shards;
        if (shards === undefined) continue;
        expect(quantity).toBeLessThanOrEqual(shards.find((one) => one.shard === shard)?.stock ?? -1);
      }
    });
  });

  it('allocates each line of an order in full', () => {
    holds((plan) => {
      for (const { order, lines, allocations } of allocated(plan)) {
        expect(lines.map(({ product_id, quantity }) => [product_id, quantity])).toEqual(
          order.lines.map(({ product_id, quantity }) => [product_id, quantity]),
        );
        for (const { product_id, quantity } of lines) {
          expect(unitsIn(allocations.filter((units) => units.product_id === product_id))).toBe(quantity);
        }
        expect(allocations.every(({ quantity }) => quantity > 0)).toBe(true);
        const shards = allocations.map(({ product_id, shard }) => shardId(product_id, shard));
        expect(new Set(shards).size).toBe(shards.length);
      }
    });
  });

  it('allocates only from active shards, at their price and in the version that was read', () => {
    holds((plan, snapshots) => {
      for (const { lines, allocations } of allocated(plan)) {
        for (const { product_id, shard, product_version } of allocations) {
          const unit_price = lines.find((line) => line.product_id === product_id)?.unit_price;
          const found = snapshots.get(product_id)?.shards?.find((one) => one.shard === shard);
          if (snapshots.get(product_id)?.shards === undefined) continue;
          expect(found).toMatchObject({ price: unit_price, active: true, product_version });
        }
      }
    });
  });

  it('allocates nothing from a shard with a later product version than was read', () => {
    holds((plan, snapshots) => {
      for (const { product_id, product_version } of allocationsIn(plan))
        expect(product_version).toBeLessThanOrEqual(snapshots.get(product_id)?.product.version ?? 0);
    });
  });

  it('keeps the prices that orders were accepted at, and expected totals', () => {
    holds((plan) => {
      for (const { order, lines } of allocated(plan)) {
        if (order.expectedTotal !== undefined) expect(totalOf(lines)).toBe(order.expectedTotal);
        for (const [index, { unit_price }] of order.lines.entries()) {
          if (unit_price !== undefined) expect(lines[index]?.unit_price).toBe(unit_price);
        }
      }
    });
  });

  it('gives every order exactly one outcome', () => {
    holds((plan, _, orders) => {
      const ids = [
        ...allocated(plan).map(({ order }) => order),
        ...plan.rejections.map(({ order }) => order),
        ...plan.needsRead,
        ...plan.tooManyShards.map(({ order }) => order),
      ].map(({ id }) => id);
      expect(ids.sort()).toEqual(orders.map(({ id }) => id).sort());
    });
  });

  it('forms transactions of 1 to 100 actions on distinct items', () => {
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

  it('counts every line of a product with a purchase limit, and none above the limit', () => {
    holds((plan, snapshots) => {
      for (const { lines, counted } of allocated(plan)) {
        const limits = lines.map(({ product_id }) => snapshots.get(product_id)?.product.limit_per_customer);
        expect(counted.map(({ product_id }) => product_id)).toEqual(
          lines.filter((_, index) => limits[index] !== undefined).map(({ product_id }) => product_id),
        );
        for (const [index, { quantity }] of lines.entries())
          expect(quantity).toBeLessThanOrEqual(limits[index] ?? Number.POSITIVE_INFINITY);
      }
    });
  });

  it('rejects as out_of_stock only what all shards together cannot serve', () => {
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

  it('rejects only orders that it would reject alone', () => {
    holds((plan, snapshots) => {
      for (const { order, reason } of plan.rejections) {
        expect(planOrders([order], snapshots, 0).rejections.map((alone) => alone.reason)).toEqual([reason]);
      }
    });
  });
});

describe('planOrders with orders of one unit', () => {
  const stocks = fc.array(fc.integer({ min: 0, max: 40 }), { minLength: 1, maxLength: 32 });

  it('allocates all units, first come, first served, if there are enough orders', () => {
    fc.assert(
      fc.property(
        stocks,
        fc.integer({ min: 0, max: 400 }),
        fc.double({ min: 0, max: 0.999, noNaN: true }),
        (units, demand, shardOffset) => {
          const keyboard = stocked(units);
          const orders = Array.from({ length: demand }, () => openOrderOf(keyboard.product));
          const plan = planOrders(orders, snapshotsOf(keyboard), shardOffset);
          const stock = stockOf(keyboard.shards);
          expect(unitsIn(allocationsIn(plan))).toBe(Math.min(demand, stock));
          expect(new Set(allocated(plan).map(({ order }) => order))).toEqual(new Set(orders.slice(0, stock)));
        },
      ),
      { numRuns: 100 },
    );
  });

  it('starts at a different shard for each shard offset', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 32 }), fc.boolean(), (count, isRead) => {
        const keyboard = stocked(Array.from({ length: count }, () => 5));
        const snapshots = snapshotsOf(isRead ? keyboard : { product: keyboard.product });
        const starts = Array.from({ length: count }, (_, shard) =>
          allocationsIn(planOrders([openOrderOf(keyboard.product)], snapshots, (shard + 0.5) / count)),
        );
        expect(new Set(starts.map(([allocation]) => allocation?.shard)).size).toBe(count);
      }),
    );
  });
});
