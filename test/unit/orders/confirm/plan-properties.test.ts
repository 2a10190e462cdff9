import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Candidate, Supplies } from '../../../../lib/orders/confirm/allocation.ts';
import { sumPurchases, sumTakes } from '../../../../lib/orders/confirm/merge-writes.ts';
import { type Plan, planOrders } from '../../../../lib/orders/confirm/plan.ts';
import { totalOf } from '../../../../lib/orders/order.ts';
import { shardId, stockOf } from '../../../../lib/products/product.ts';
import { anyWorld } from '../../../support/any-world.ts';
import { candidateOf, stocked, suppliesOf } from '../../../support/builders-domain.ts';

const placed = (plan: Plan) => plan.drafts.flatMap(({ placements }) => placements);
const takesIn = (plan: Plan) => placed(plan).flatMap(({ takes }) => takes);
const unitsIn = (takes: readonly { quantity: number }[]) =>
  takes.reduce((sum, { quantity }) => sum + quantity, 0);

const holds = (property: (plan: Plan, supplies: Supplies, candidates: readonly Candidate[]) => void) =>
  fc.assert(
    fc.property(anyWorld, ({ supplies, candidates, lane }) => {
      property(planOrders(candidates, supplies, lane), supplies, candidates);
    }),
    { numRuns: 150 },
  );

describe('any plan', () => {
  it('never takes more from a shard than was read in it', () => {
    holds((plan, supplies) => {
      for (const { product_id, shard, quantity } of sumTakes(placed(plan))) {
        const shards = supplies.get(product_id)?.shards;
        if (shards === undefined) continue;
        expect(quantity).toBeLessThanOrEqual(shards.find((one) => one.shard === shard)?.stock ?? -1);
      }
    });
  });

  it('takes whole orders only, each line in full', () => {
    holds((plan) => {
      for (const { candidate, lines, takes } of placed(plan)) {
        expect(lines.map(({ product_id, quantity }) => [product_id, quantity])).toEqual(
          candidate.lines.map(({ product_id, quantity }) => [product_id, quantity]),
        );
        for (const { product_id, quantity } of lines) {
          expect(unitsIn(takes.filter((take) => take.product_id === product_id))).toBe(quantity);
        }
        expect(takes.every(({ quantity }) => quantity > 0)).toBe(true);
        const shards = takes.map(({ product_id, shard }) => shardId(product_id, shard));
        expect(new Set(shards).size).toBe(shards.length);
      }
    });
  });

  it('charges the price of every shard it takes from, in the version that it was read in, and takes only from shards on sale', () => {
    holds((plan, supplies) => {
      for (const { lines, takes } of placed(plan)) {
        for (const { product_id, shard, product_version } of takes) {
          const unit_price = lines.find((line) => line.product_id === product_id)?.unit_price;
          const found = supplies.get(product_id)?.shards?.find((one) => one.shard === shard);
          if (supplies.get(product_id)?.shards === undefined) continue;
          expect(found).toMatchObject({ price: unit_price, active: true, product_version });
        }
      }
    });
  });

  it('takes nothing from a shard that knows a later version of the product than was read', () => {
    holds((plan, supplies) => {
      for (const { product_id, product_version } of takesIn(plan))
        expect(product_version).toBeLessThanOrEqual(supplies.get(product_id)?.product.version ?? 0);
    });
  });

  it('keeps promised prices and expected totals', () => {
    holds((plan) => {
      for (const { candidate, lines } of placed(plan)) {
        if (candidate.expected_total !== undefined) expect(totalOf(lines)).toBe(candidate.expected_total);
        for (const [index, { unit_price }] of candidate.lines.entries()) {
          if (unit_price !== undefined) expect(lines[index]?.unit_price).toBe(unit_price);
        }
      }
    });
  });

  it('disposes of every order exactly once', () => {
    holds((plan, _, candidates) => {
      const ids = [
        ...placed(plan).map(({ candidate }) => candidate),
        ...plan.refusals.map(({ candidate }) => candidate),
        ...plan.unsure,
        ...plan.scattered.map(({ candidate }) => candidate),
      ].map(({ id }) => id);
      expect(ids.sort()).toEqual(candidates.map(({ id }) => id).sort());
    });
  });

  it('has drafts of 1 to 100 actions on distinct items', () => {
    holds((plan) => {
      for (const { placements } of plan.drafts) {
        const own = placements.flatMap(({ candidate }) => candidate.items);
        expect(new Set(own).size).toBe(own.length);
        const shared = sumTakes(placements).length + sumPurchases(placements).length;
        expect(own.length + shared).toBeLessThanOrEqual(100);
        expect(own.length).toBeGreaterThan(0);
      }
    });
  });

  it('counts every line of a product with a purchase limit, and no line above the limit', () => {
    holds((plan, supplies) => {
      for (const { lines, counted } of placed(plan)) {
        const limits = lines.map(({ product_id }) => supplies.get(product_id)?.product.limit_per_customer);
        expect(counted.map(({ product_id }) => product_id)).toEqual(
          lines.filter((_, index) => limits[index] !== undefined).map(({ product_id }) => product_id),
        );
        for (const [index, { quantity }] of lines.entries())
          expect(quantity).toBeLessThanOrEqual(limits[index] ?? Number.POSITIVE_INFINITY);
      }
    });
  });

  it('refuses as out of stock only what all shards together cannot serve', () => {
    holds((plan, supplies) => {
      for (const { reason, short, candidate } of plan.refusals) {
        if (reason !== 'out_of_stock') continue;
        expect(short.length).toBeGreaterThan(0);
        for (const { product_id, requested, available } of short) {
          const shards = supplies.get(product_id)?.shards;
          expect(shards).toBeDefined();
          expect(available).toBe(stockOf(shards ?? []));
          expect(available).toBeLessThan(requested);
          expect(candidate.lines).toContainEqual(
            expect.objectContaining({ product_id, quantity: requested }),
          );
        }
      }
    });
  });

  it('refuses only what it would refuse alone', () => {
    holds((plan, supplies) => {
      for (const { candidate, reason } of plan.refusals) {
        expect(planOrders([candidate], supplies, 0).refusals.map((alone) => alone.reason)).toEqual([reason]);
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
          const orders = Array.from({ length: demand }, () => candidateOf(keyboard.product));
          const plan = planOrders(orders, suppliesOf(keyboard), lane);
          const stock = stockOf(keyboard.shards);
          expect(unitsIn(takesIn(plan))).toBe(Math.min(demand, stock));
          // They are served in the order of their arrival.
          expect(new Set(placed(plan).map(({ candidate }) => candidate))).toEqual(
            new Set(orders.slice(0, stock)),
          );
        },
      ),
      { numRuns: 100 },
    );
  });

  it('start on different shards in different lanes', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 32 }), fc.boolean(), (count, known) => {
        const keyboard = stocked(Array.from({ length: count }, () => 5));
        const supplies = suppliesOf(known ? keyboard : { product: keyboard.product });
        const starts = Array.from({ length: count }, (_, lane) =>
          takesIn(planOrders([candidateOf(keyboard.product)], supplies, (lane + 0.5) / count)),
        );
        expect(new Set(starts.map(([take]) => take?.shard)).size).toBe(count);
      }),
    );
  });
});
