import { describe, expect, it } from 'vitest';
import type { Supply } from '../../../../lib/orders/confirm/allocation.ts';
import { type Plan, planOrders } from '../../../../lib/orders/confirm/plan.ts';
import { candidateOf, productOf, shardOf, stocked, suppliesOf } from '../../../support/builders-domain.ts';

const placed = (plan: Plan) => plan.drafts.flatMap(({ placements }) => placements);
const takesIn = (plan: Plan) => placed(plan).flatMap(({ takes }) => takes);

describe('an order', () => {
  it('takes all units from one shard where one has enough', () => {
    const keyboard = stocked([1, 1, 3, 1]);
    const plan = planOrders([candidateOf(keyboard.product, 3)], suppliesOf(keyboard), 0);
    expect(takesIn(plan)).toMatchObject([{ shard: 2, quantity: 3 }]);
  });

  it('takes the last units from several shards, the fullest first', () => {
    const keyboard = stocked([1, 2, 0, 3]);
    const plan = planOrders([candidateOf(keyboard.product, 6)], suppliesOf(keyboard), 0.6);
    expect(takesIn(plan).map(({ shard, quantity }) => [shard, quantity])).toEqual([
      [3, 3],
      [1, 2],
      [0, 1],
    ]);
  });

  it('is refused with what is left when all shards together hold too little', () => {
    const keyboard = stocked([1, 2]);
    const plan = planOrders([candidateOf(keyboard.product, 4)], suppliesOf(keyboard), 0);
    const short = [{ product_id: keyboard.product.id, requested: 4, available: 3 }];
    expect(plan.refusals).toMatchObject([{ reason: 'out_of_stock', short }]);
    expect(plan.drafts).toEqual([]);
  });

  it('is unsure, not refused, when orders before it take the last units', () => {
    const keyboard = stocked([1]);
    const late = candidateOf(keyboard.product);
    const plan = planOrders([candidateOf(keyboard.product), late], suppliesOf(keyboard), 0);
    expect(plan.unsure).toEqual([late]);
  });

  it('takes nothing at all when one of its lines is short', () => {
    const [plenty, scarce] = [stocked([10]), stocked([1])];
    const lines = [
      { product_id: plenty.product.id, quantity: 1 },
      { product_id: scarce.product.id, quantity: 2 },
    ];
    const greedy = candidateOf(plenty.product, 1, { lines });
    const next = candidateOf(plenty.product, 10);
    const plan = planOrders([greedy, next], suppliesOf(plenty, scarce), 0);
    expect(plan.refusals.map(({ candidate }) => candidate)).toEqual([greedy]);
    expect(placed(plan).map(({ candidate }) => candidate)).toEqual([next]);
  });

  it('is tried on a shard by lane while nothing is known of the shards', () => {
    const product = productOf({ stock_shards: 8 });
    const shards = [0, 0.25, 0.5, 0.99].map((lane) =>
      takesIn(planOrders([candidateOf(product)], suppliesOf({ product }), lane)),
    );
    expect(shards.map(([take]) => take?.shard)).toEqual([0, 2, 4, 7]);
  });

  it.each([
    ['an unknown product', (): Supply[] => []],
    ['a product that is off sale', () => [stocked([5], { active: false })]],
  ])('for %s is refused as unavailable', (_, supplies) => {
    const known = supplies();
    const product = known[0]?.product ?? productOf();
    const plan = planOrders([candidateOf(product)], suppliesOf(...known), 0);
    expect(plan.refusals).toMatchObject([{ reason: 'product_unavailable' }]);
  });

  it('above the purchase limit is refused once the limit has been read', () => {
    const limited = stocked([100], { limit_per_customer: 2 });
    const candidate = candidateOf(limited.product, 3);
    expect(planOrders([candidate], suppliesOf(limited), 0).refusals).toMatchObject([
      { reason: 'limit_exceeded', short: [{ requested: 3, available: 2 }] },
    ]);
    expect(planOrders([candidate], suppliesOf({ product: limited.product }), 0).unsure).toEqual([candidate]);
  });

  it('that is promised a price takes only from shards of that price', () => {
    const product = productOf({ stock_shards: 3, price: 1_000 });
    const shards = [
      shardOf(product, 0, { price: 900, stock: 5 }),
      shardOf(product, 1, { stock: 1 }),
      shardOf(product, 2, { stock: 1 }),
    ];
    const lines = [{ product_id: product.id, quantity: 2, unit_price: 1_000 }];
    const plan = planOrders([candidateOf(product, 2, { lines })], suppliesOf({ product, shards }), 0);
    expect(takesIn(plan).map(({ shard }) => shard)).toEqual([1, 2]);
  });

  it('that is promised a price nobody asks any more is refused', () => {
    const keyboard = stocked([5], { price: 1_000 });
    const lines = [{ product_id: keyboard.product.id, quantity: 1, unit_price: 900 }];
    const plan = planOrders([candidateOf(keyboard.product, 1, { lines })], suppliesOf(keyboard), 0);
    expect(plan.refusals).toMatchObject([{ reason: 'price_changed' }]);
  });

  it('waits when only shards of different prices together have enough', () => {
    const product = productOf({ stock_shards: 2, price: 1_000 });
    const shards = [shardOf(product, 0, { stock: 1, price: 900 }), shardOf(product, 1, { stock: 1 })];
    const candidate = candidateOf(product, 2);
    const plan = planOrders([candidate], suppliesOf({ product, shards }), 0);
    expect(plan.unsure).toEqual([candidate]);
  });

  it.each([
    [2_000, 'placed'],
    [1_999, 'refused'],
  ])('with expected_total %i is %s', (expected_total, outcome) => {
    const keyboard = stocked([5], { price: 1_000 });
    const plan = planOrders([candidateOf(keyboard.product, 2, { expected_total })], suppliesOf(keyboard), 0);
    expect([placed(plan).length, plan.refusals.map(({ reason }) => reason)]).toEqual(
      outcome === 'placed' ? [1, []] : [0, ['price_changed']],
    );
  });

  it('with an unexpected total is read before it is refused', () => {
    const product = productOf({ price: 1_000 });
    const candidate = candidateOf(product, 1, { expected_total: 900 });
    expect(planOrders([candidate], suppliesOf({ product }), 0).unsure).toEqual([candidate]);
  });

  it('that needs more shards than one transaction can write is scattered', () => {
    const products = [0, 1, 2, 3].map(() => stocked(Array.from({ length: 32 }, () => 1)));
    const lines = products.map(({ product }) => ({ product_id: product.id, quantity: 32 }));
    const candidate = candidateOf(productOf(), 1, { lines });
    const plan = planOrders([candidate], suppliesOf(...products), 0);
    expect(plan.scattered).toMatchObject([{ candidate }]);
    expect(plan.scattered[0]?.takes).toHaveLength(128);
  });
});
