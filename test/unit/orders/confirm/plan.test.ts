import { describe, expect, it } from 'vitest';
import type { StockSnapshot } from '../../../../lib/orders/confirm/allocation.ts';
import { type Plan, planOrders } from '../../../../lib/orders/confirm/plan.ts';
import { openOrderOf, productOf, shardOf, snapshotsOf, stocked } from '../../../support/fixtures/domain-builders.ts';

const allocated = (plan: Plan) => plan.transactions.flatMap(({ orders }) => orders);
const allocationsIn = (plan: Plan) => allocated(plan).flatMap(({ allocations }) => allocations);

describe('planOrders with one order', () => {
  it('allocates all units from one shard that has enough', () => {
    const keyboard = stocked([1, 1, 3, 1]);
    const plan = planOrders([openOrderOf(keyboard.product, 3)], snapshotsOf(keyboard), 0);
    expect(allocationsIn(plan)).toMatchObject([{ shard: 2, quantity: 3 }]);
  });

  it('allocates all units of the first shard that has exactly enough', () => {
    const keyboard = stocked([3, 5]);
    const plan = planOrders([openOrderOf(keyboard.product, 3)], snapshotsOf(keyboard), 0);
    expect(allocationsIn(plan)).toMatchObject([{ shard: 0, quantity: 3 }]);
  });

  it('allocates the last units from several shards, the fullest first', () => {
    const keyboard = stocked([1, 2, 0, 3]);
    const plan = planOrders([openOrderOf(keyboard.product, 6)], snapshotsOf(keyboard), 0.6);
    expect(allocationsIn(plan).map(({ shard, quantity }) => [shard, quantity])).toEqual([
      [3, 3],
      [1, 2],
      [0, 1],
    ]);
  });

  it('rejects as out_of_stock with the remaining units if all shards together have too few', () => {
    const keyboard = stocked([1, 2]);
    const plan = planOrders([openOrderOf(keyboard.product, 4)], snapshotsOf(keyboard), 0);
    const short = [{ product_id: keyboard.product.id, requested: 4, available: 3 }];
    expect(plan.rejections).toMatchObject([{ reason: 'out_of_stock', short }]);
    expect(plan.transactions).toEqual([]);
  });

  it('asks for a read instead of a rejection if earlier orders take the last units', () => {
    const keyboard = stocked([1]);
    const late = openOrderOf(keyboard.product);
    const plan = planOrders([openOrderOf(keyboard.product), late], snapshotsOf(keyboard), 0);
    expect(plan.needsRead).toEqual([late]);
  });

  it('allocates nothing if one line is short', () => {
    const [plenty, scarce] = [stocked([10]), stocked([1])];
    const lines = [
      { product_id: plenty.product.id, quantity: 1 },
      { product_id: scarce.product.id, quantity: 2 },
    ];
    const greedy = openOrderOf(plenty.product, 1, { lines });
    const next = openOrderOf(plenty.product, 10);
    const plan = planOrders([greedy, next], snapshotsOf(plenty, scarce), 0);
    expect(plan.rejections.map(({ order }) => order)).toEqual([greedy]);
    expect(allocated(plan).map(({ order }) => order)).toEqual([next]);
  });

  it('guesses a shard by the shard offset if the shards are not read', () => {
    const product = productOf({ stock_shards: 8 });
    const shards = [0, 0.25, 0.5, 0.99].map((shardOffset) =>
      allocationsIn(planOrders([openOrderOf(product)], snapshotsOf({ product }), shardOffset)),
    );
    expect(shards.map(([allocation]) => allocation?.shard)).toEqual([0, 2, 4, 7]);
  });

  it.each([
    ['an unknown product', (): StockSnapshot[] => []],
    ['an inactive product', () => [stocked([5], { active: false })]],
    ['a product of another currency', () => [stocked([5], { currency: 'USD' })]],
  ])('rejects %s as product_unavailable', (_, snapshotsFor) => {
    const snapshots = snapshotsFor();
    const product = snapshots[0]?.product ?? productOf();
    const plan = planOrders([openOrderOf(product)], snapshotsOf(...snapshots), 0);
    expect(plan.rejections).toMatchObject([{ reason: 'product_unavailable' }]);
  });

  it('rejects as limit_exceeded only after the product was read', () => {
    const limited = stocked([100], { limit_per_customer: 2 });
    const order = openOrderOf(limited.product, 3);
    expect(planOrders([order], snapshotsOf(limited), 0).rejections).toMatchObject([
      { reason: 'limit_exceeded', short: [{ requested: 3, available: 2 }] },
    ]);
    expect(planOrders([order], snapshotsOf({ product: limited.product }), 0).needsRead).toEqual([order]);
  });

  it('allocates exactly the purchase limit if the shards are not read', () => {
    const product = productOf({ limit_per_customer: 2 });
    const plan = planOrders([openOrderOf(product, 2)], snapshotsOf({ product }), 0);
    expect(allocationsIn(plan)).toMatchObject([{ quantity: 2 }]);
  });

  it('counts purchases against the lowest limit of the shards that it allocates', () => {
    const product = productOf({ stock_shards: 2, limit_per_customer: 5 });
    const shards = [5, 4].map((limit_per_customer, n) => shardOf(product, n, { stock: 1, limit_per_customer }));
    const plan = planOrders([openOrderOf(product, 2)], snapshotsOf({ product, shards }), 0);
    expect(allocated(plan)).toMatchObject([{ counted: [{ quantity: 2, limit: 4 }] }]);
  });

  it('sells at the price of the shards if the price of the product is older', () => {
    const product = productOf({ price: 1_000 });
    const shards = [shardOf(product, 0, { price: 900 })];
    const plan = planOrders([openOrderOf(product)], snapshotsOf({ product, shards }), 0);
    expect(allocated(plan)).toMatchObject([{ lines: [{ unit_price: 900 }] }]);
  });

  it('allocates only from shards with the price that the order was accepted at', () => {
    const product = productOf({ stock_shards: 3, price: 1_000 });
    const shards = [
      shardOf(product, 0, { price: 900, stock: 5 }),
      shardOf(product, 1, { stock: 1 }),
      shardOf(product, 2, { stock: 1 }),
    ];
    const lines = [{ product_id: product.id, quantity: 2, unit_price: 1_000 }];
    const plan = planOrders([openOrderOf(product, 2, { lines })], snapshotsOf({ product, shards }), 0);
    expect(allocationsIn(plan).map(({ shard }) => shard)).toEqual([1, 2]);
  });

  it('rejects as price_changed if no shard has the price that the order was accepted at', () => {
    const keyboard = stocked([5], { price: 1_000 });
    const lines = [{ product_id: keyboard.product.id, quantity: 1, unit_price: 900 }];
    const plan = planOrders([openOrderOf(keyboard.product, 1, { lines })], snapshotsOf(keyboard), 0);
    expect(plan.rejections).toMatchObject([{ reason: 'price_changed' }]);
  });

  it('asks for a read if only shards with different prices together have enough', () => {
    const product = productOf({ stock_shards: 2, price: 1_000 });
    const shards = [shardOf(product, 0, { stock: 1, price: 900 }), shardOf(product, 1, { stock: 1 })];
    const order = openOrderOf(product, 2);
    const plan = planOrders([order], snapshotsOf({ product, shards }), 0);
    expect(plan.needsRead).toEqual([order]);
  });

  it.each([
    [2_000, 'allocates'],
    [1_999, 'rejects'],
  ])('with an expected total of %i %s an order of 2,000', (expectedTotal, outcome) => {
    const keyboard = stocked([5], { price: 1_000 });
    const plan = planOrders([openOrderOf(keyboard.product, 2, { expectedTotal })], snapshotsOf(keyboard), 0);
    expect([allocated(plan).length, plan.rejections.map(({ reason }) => reason)]).toEqual(
      outcome === 'allocates' ? [1, []] : [0, ['price_changed']],
    );
  });

  it('asks for a read before it rejects an unexpected total', () => {
    const product = productOf({ price: 1_000 });
    const order = openOrderOf(product, 1, { expectedTotal: 900 });
    expect(planOrders([order], snapshotsOf({ product }), 0).needsRead).toEqual([order]);

    const read = stocked([5]);
    const lines = [product, read.product].map(({ id }) => ({ product_id: id, quantity: 1 }));
    const mixed = openOrderOf(product, 1, { lines, expectedTotal: 900 });
    expect(planOrders([mixed], snapshotsOf({ product }, read), 0).needsRead).toEqual([mixed]);
  });

  it('reports no short lines if the total is unexpected', () => {
    const keyboard = stocked([5]);
    const order = openOrderOf(keyboard.product, 1, { expectedTotal: 900 });
    const { rejections } = planOrders([order], snapshotsOf(keyboard), 0);
    expect(rejections).toEqual([{ order, reason: 'price_changed', short: [] }]);
  });

  it('reports an order that needs more shards than one transaction can write', () => {
    const products = [0, 1, 2, 3].map(() => stocked(Array.from({ length: 32 }, () => 1)));
    const lines = products.map(({ product }) => ({ product_id: product.id, quantity: 32 }));
    const order = openOrderOf(productOf(), 1, { lines });
    const plan = planOrders([order], snapshotsOf(...products), 0);
    expect(plan.tooManyShards).toMatchObject([{ order }]);
    expect(plan.tooManyShards[0]?.allocations).toHaveLength(128);
    expect(plan.transactions).toEqual([]);
  });
});
