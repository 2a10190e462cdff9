// Long: the examples and the properties of one pure function, which share their generators.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { totalOf } from '../../../lib/orders/order.ts';
import { type Candidate, purchaseKey, type Supplies, type Supply } from '../../../lib/orders/placement.ts';
import { type Plan, planOrders } from '../../../lib/orders/plan.ts';
import { sumPurchases, sumTakes } from '../../../lib/orders/sum-takes.ts';
import { newId } from '../../../lib/platform/ids.ts';
import { shardId, stockOf } from '../../../lib/products/product.ts';
import { candidateOf, productOf, shardOf, stocked, suppliesOf } from '../../support/builders-domain.ts';

const placed = (plan: Plan) => plan.drafts.flatMap(({ placements }) => placements);
const takesIn = (plan: Plan) => placed(plan).flatMap(({ takes }) => takes);
const unitsIn = (takes: readonly { quantity: number }[]) =>
  takes.reduce((sum, { quantity }) => sum + quantity, 0);

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

describe('many orders', () => {
  it('share one shard update in each draft where a shard has enough', () => {
    const keyboard = stocked([500, 500, 500, 500]);
    const orders = Array.from({ length: 300 }, () => candidateOf(keyboard.product));
    const plan = planOrders(orders, suppliesOf(keyboard), 0.3);
    expect(plan.drafts.map(({ placements }) => placements.length)).toEqual([99, 99, 99, 3]);
    for (const { placements } of plan.drafts) expect(sumTakes(placements)).toHaveLength(1);
  });

  it('go to different shards in different drafts', () => {
    const keyboard = stocked([500, 500, 500]);
    const orders = Array.from({ length: 290 }, () => candidateOf(keyboard.product));
    const plan = planOrders(orders, suppliesOf(keyboard), 0);
    const shards = plan.drafts.map(({ placements }) => sumTakes(placements).map(({ shard }) => shard));
    expect(shards).toEqual([[0], [1], [2]]);
  });

  it('that write the same item go into different drafts', () => {
    const { product, shards } = stocked([10]);
    const orders = [1, 2].map(() => candidateOf(product, 1, { items: ['the same cart'] }));
    const plan = planOrders(orders, suppliesOf({ product, shards }), 0);
    expect(plan.drafts.map(({ placements }) => placements.length)).toEqual([1, 1]);
  });

  it('of one customer count their purchases together, as far as the limit reaches', () => {
    const limited = stocked([10], { limit_per_customer: 3 });
    const { id } = limited.product;
    const customer_id = newId();
    const orders = [2, 1, 1].map((quantity) => candidateOf(limited.product, quantity, { customer_id }));
    const plan = planOrders(orders, suppliesOf(limited), 0);

    expect(plan.drafts.map(({ placements }) => sumPurchases(placements))).toEqual([
      [{ customer_id, counted: [{ product_id: id, quantity: 3, limit: 3 }] }],
    ]);
    // What becomes of the first two decides on the third.
    expect(plan.unsure).toEqual(orders.slice(2));

    const knowing = planOrders(orders, suppliesOf(limited), 0, new Map([[purchaseKey(customer_id, id), 2]]));
    expect(knowing.refusals).toMatchObject([
      { candidate: orders[0], reason: 'limit_exceeded', short: [{ requested: 2, available: 1 }] },
    ]);
    expect(knowing.drafts.flatMap(({ placements }) => placements)).toHaveLength(1);
  });

  it('that were promised different prices never share an update while the shards are unknown', () => {
    const product = productOf({ price: 1_000 });
    const orders = [900, 1_000].map((unit_price) =>
      candidateOf(product, 1, { lines: [{ product_id: product.id, quantity: 1, unit_price }] }),
    );
    const plan = planOrders(orders, suppliesOf({ product }), 0);
    for (const { placements } of plan.drafts) {
      const prices = new Set(placements.flatMap(({ lines }) => lines.map(({ unit_price }) => unit_price)));
      expect(prices.size).toBe(1);
    }
  });
});

const productIds = Array.from({ length: 5 }, () => newId());
const customerIds = Array.from({ length: 3 }, () => newId());
const prices = fc.constantFrom(100, 250);
const oneIn = (count: number) => fc.integer({ min: 1, max: count }).map((roll) => roll === count);

const anySupply = (id: string): fc.Arbitrary<Supply> =>
  fc
    .record({
      price: prices,
      offSale: oneIn(10),
      unknown: oneIn(6),
      limit: fc.option(fc.integer({ min: 1, max: 4 }), { nil: undefined }),
      shards: fc.array(
        fc.record({
          stock: fc.integer({ min: 0, max: 6 }),
          unsettledPrice: fc.option(prices, { nil: undefined, freq: 1 }),
          version: fc.integer({ min: 1, max: 3 }),
          offSale: oneIn(20),
        }),
        { minLength: 1, maxLength: 32 },
      ),
    })
    .map(({ price, offSale, unknown, limit, shards }) => {
      const product = productOf({
        id,
        version: 2,
        price,
        active: !offSale,
        stock_shards: shards.length,
        ...(limit === undefined ? {} : { limit_per_customer: limit }),
      });
      if (unknown) return { product };
      return {
        product,
        shards: shards.map(({ stock, unsettledPrice, offSale, version }, number) =>
          shardOf(product, number, {
            stock,
            price: unsettledPrice ?? price,
            active: !offSale,
            product_version: version,
          }),
        ),
      };
    });

const anyCandidate: fc.Arbitrary<Candidate> = fc
  .record({
    customer_id: fc.constantFrom(...customerIds),
    lines: fc.uniqueArray(
      fc.record({
        product_id: fc.constantFrom(...productIds),
        quantity: fc.oneof(
          { weight: 4, arbitrary: fc.integer({ min: 1, max: 4 }) },
          fc.integer({ min: 5, max: 150 }),
        ),
        unit_price: fc.option(prices, { nil: undefined, freq: 1 }),
      }),
      { minLength: 1, maxLength: 5, selector: ({ product_id }) => product_id },
    ),
    expected_total: fc.option(
      fc.integer({ min: 1, max: 8 }).map((units) => units * 50),
      { nil: undefined, freq: 1 },
    ),
    sharesCart: fc.boolean(),
  })
  .map(({ customer_id, lines, expected_total, sharesCart }) => {
    const id = newId();
    return {
      id,
      customer_id,
      expected_total,
      lines: lines.map(({ unit_price, ...line }) =>
        unit_price === undefined ? line : { ...line, unit_price },
      ),
      items: [`order ${id}`, ...(sharesCart ? [`cart ${customer_id}`] : [])],
    };
  });

const anyWorld = fc.record({
  supplies: fc
    .tuple(...productIds.slice(1).map(anySupply))
    // The first product is unknown.
    .map((supplies) => suppliesOf(...supplies)),
  candidates: fc.array(anyCandidate, { maxLength: 150 }),
  lane: fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
});

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
