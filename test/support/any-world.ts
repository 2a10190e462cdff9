import fc from 'fast-check';
import type { OpenOrder, StockSnapshot } from '../../lib/orders/confirm/allocation.ts';
import { newId } from '../../lib/platform/ids.ts';
import { productOf, shardOf, snapshotsOf } from './builders-domain.ts';

const productIds = Array.from({ length: 5 }, () => newId());
const customerIds = Array.from({ length: 3 }, () => newId());
const prices = fc.constantFrom(100, 250);
const oneIn = (count: number) => fc.integer({ min: 1, max: count }).map((roll) => roll === count);

const anySupply = (id: string): fc.Arbitrary<StockSnapshot> =>
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

const anyCandidate: fc.Arbitrary<OpenOrder> = fc
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
      writtenItems: [`order ${id}`, ...(sharesCart ? [`cart ${customer_id}`] : [])],
    };
  });

export const anyWorld = fc.record({
  snapshots: fc
    .tuple(...productIds.slice(1).map(anySupply))
    // The first product is unknown.
    .map((snapshots) => snapshotsOf(...snapshots)),
  orders: fc.array(anyCandidate, { maxLength: 150 }),
  lane: fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
});
