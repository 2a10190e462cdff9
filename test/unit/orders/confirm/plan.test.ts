import { describe, expect, it } from 'vitest';
import type { StockSnapshot } from '../../../../lib/orders/confirm/allocation.ts';
import { type Plan, planOrders } from '../../../../lib/orders/confirm/plan.ts';
import { openOrderOf, productOf, shardOf, snapshotsOf, stocked } from '../../../support/builders-domain.ts';

const placed = (plan: Plan) => plan.transactions.flatMap(({ orders }) => orders);
const takesIn = (plan: Plan) => placed(plan).flatMap(({ allocations }) => allocations);

describe('an order', () => {
  it('allocations all units from one shard where one has enough', () => {
    const keyboard = stocked([1, 1, 3, 1]);
    const plan = planOrders([openOrderOf(keyboard.product, 3)], snapshotsOf(keyboard), 0);
    expect(takesIn(plan)).toMatchObject([{ shard: 2, quantity: 3 }]);
  });

  it('allocations the last units from several shards, the fullest first', () => {
    const keyboard = stocked([1, 2, 0, 3]);
    const plan = planOrders([openOrderOf(keyboard.product, 6)], snapshotsOf(keyboard), 0.6);
    expect(takesIn(plan).map(({ shard, quantity }) => [shard, quantity])).toEqual([
      [3, 3],
      [1, 2],
      [0, 1],
    ]);
  });

  it('is refused with what is left when all shards together hold too little', () => {
    const keyboard = stocked([1, 2]);
    const plan = planOrders([openOrderOf(keyboard.product, 4)], snapshotsOf(keyboard), 0);
    const short = [{ product_id: keyboard.product.id, requested: 4, available: 3 }];
    expect(plan.rejections).toMatchObject([{ reason: 'out_of_stock', short }]);
    expect(plan.transactions).toEqual([]);
  });

  it('is needsRead, not refused, when orders before it take the last units', () => {
    const keyboard = stocked([1]);
    const late = openOrderOf(keyboard.product);
    const plan = planOrders([openOrderOf(keyboard.product), late], snapshotsOf(keyboard), 0);
    expect(plan.needsRead).toEqual([late]);
  });

  it('allocations nothing at all when one of its lines is short', () => {
    const [plenty, scarce] = [stocked([10]), stocked([1])];
    const lines = [
      { product_id: plenty.product.id, quantity: 1 },
      { product_id: scarce.product.id, quantity: 2 },
    ];
    const greedy = openOrderOf(plenty.product, 1, { lines });
    const next = openOrderOf(plenty.product, 10);
    const plan = planOrders([greedy, next], snapshotsOf(plenty, scarce), 0);
    expect(plan.rejections.map(({ order }) => order)).toEqual([greedy]);
    expect(placed(plan).map(({ order }) => order)).toEqual([next]);
  });

  it('is tried on a shard by lane while nothing is known of the shards', () => {
    const product = productOf({ stock_shards: 8 });
    const shards = [0, 0.25, 0.5, 0.99].map((lane) =>
      takesIn(planOrders([openOrderOf(product)], snapshotsOf({ product }), lane)),
    );
    expect(shards.map(([take]) => take?.shard)).toEqual([0, 2, 4, 7]);
  });

  it.each([
    ['an unknown product', (): StockSnapshot[] => []],
    ['a product that is off sale', () => [stocked([5], { active: false })]],
  ])('for %s is refused as unavailable', (_, snapshots) => {
    const known = snapshots();
    const product = known[0]?.product ?? productOf();
    const plan = planOrders([openOrderOf(product)], snapshotsOf(...known), 0);
    expect(plan.rejections).toMatchObject([{ reason: 'product_unavailable' }]);
  });

  it('above the purchase limit is refused once the limit has been read', () => {
    const limited = stocked([100], { limit_per_customer: 2 });
    const order = openOrderOf(limited.product, 3);
    expect(planOrders([order], snapshotsOf(limited), 0).rejections).toMatchObject([
      { reason: 'limit_exceeded', short: [{ requested: 3, available: 2 }] },
    ]);
    expect(planOrders([order], snapshotsOf({ product: limited.product }), 0).needsRead).toEqual([order]);
  });

  it('that is promised a price allocations only from shards of that price', () => {
    const product = productOf({ stock_shards: 3, price: 1_000 });
    const shards = [
      shardOf(product, 0, { price: 900, stock: 5 }),
      shardOf(product, 1, { stock: 1 }),
      shardOf(product, 2, { stock: 1 }),
    ];
    const lines = [{ product_id: product.id, quantity: 2, unit_price: 1_000 }];
    const plan = planOrders([openOrderOf(product, 2, { lines })], snapshotsOf({ product, shards }), 0);
    expect(takesIn(plan).map(({ shard }) => shard)).toEqual([1, 2]);
  });

  it('that is promised a price nobody asks any more is refused', () => {
    const keyboard = stocked([5], { price: 1_000 });
    const lines = [{ product_id: keyboard.product.id, quantity: 1, unit_price: 900 }];
    const plan = planOrders([openOrderOf(keyboard.product, 1, { lines })], snapshotsOf(keyboard), 0);
    expect(plan.rejections).toMatchObject([{ reason: 'price_changed' }]);
  });

  it('waits when only shards of different prices together have enough', () => {
    const product = productOf({ stock_shards: 2, price: 1_000 });
    const shards = [shardOf(product, 0, { stock: 1, price: 900 }), shardOf(product, 1, { stock: 1 })];
    const order = openOrderOf(product, 2);
    const plan = planOrders([order], snapshotsOf({ product, shards }), 0);
    expect(plan.needsRead).toEqual([order]);
  });

  it.each([
    [2_000, 'placed'],
    [1_999, 'refused'],
  ])('with expected_total %i is %s', (expected_total, outcome) => {
    const keyboard = stocked([5], { price: 1_000 });
    const plan = planOrders([openOrderOf(keyboard.product, 2, { expected_total })], snapshotsOf(keyboard), 0);
    expect([placed(plan).length, plan.rejections.map(({ reason }) => reason)]).toEqual(
      outcome === 'placed' ? [1, []] : [0, ['price_changed']],
    );
  });

  it('with an unexpected total is read before it is refused', () => {
    const product = productOf({ price: 1_000 });
    const order = openOrderOf(product, 1, { expected_total: 900 });
    expect(planOrders([order], snapshotsOf({ product }), 0).needsRead).toEqual([order]);
  });

  it('that needs more shards than one transaction can write is tooManyShards', () => {
    const products = [0, 1, 2, 3].map(() => stocked(Array.from({ length: 32 }, () => 1)));
    const lines = products.map(({ product }) => ({ product_id: product.id, quantity: 32 }));
    const order = openOrderOf(productOf(), 1, { lines });
    const plan = planOrders([order], snapshotsOf(...products), 0);
    expect(plan.tooManyShards).toMatchObject([{ order }]);
    expect(plan.tooManyShards[0]?.allocations).toHaveLength(128);
  });
});
