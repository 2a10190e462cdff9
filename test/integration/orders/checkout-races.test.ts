import { beforeEach, describe, expect, it } from 'vitest';
import { newId } from '../../../lib/platform/ids.ts';
import { checkoutOutcome, createOrderFixture, type OrderFixture } from '../../support/fixtures/order-fixtures.ts';

let shop: OrderFixture;
beforeEach(async () => {
  shop = await createOrderFixture();
});

const codesOf = (outcomes: readonly { code: string | undefined }[]) =>
  outcomes.map(({ code }) => code).filter((code) => code !== undefined);

describe('concurrent checkouts', () => {
  it.each([1, 4, 32])('sell exactly all units of %i shards', async (stock_shards) => {
    const keyboard = await shop.sell({ stock: 60, stock_shards });
    const customers = await Promise.all(Array.from({ length: 80 }, () => shop.customer({ [keyboard]: 1 })));
    const containers = Array.from({ length: 4 }, () => shop.container());
    const outcomes = await Promise.all(
      customers.map((customerId, index) => checkoutOutcome((containers[index % 4] ?? shop).checkout({ customerId }))),
    );
    const { confirmed } = await shop.checkLedger();
    expect(confirmed).toHaveLength(60);
    expect(codesOf(outcomes)).toEqual(Array.from({ length: 20 }, () => 'out_of_stock'));
  });

  it('neither oversell nor block each other when they order several products', async () => {
    const products = await Promise.all([7, 11, 13].map((stock) => shop.sell({ stock, stock_shards: 2 })));
    const customers = await Promise.all(
      Array.from({ length: 30 }, (_, index) =>
        shop.customer(Object.fromEntries(products.map((id, at) => [id, 1 + ((index + at) % 2)]))),
      ),
    );
    const outcomes = await Promise.all(customers.map((customerId) => checkoutOutcome(shop.checkout({ customerId }))));
    const { confirmed } = await shop.checkLedger();
    expect(confirmed).toHaveLength(30 - codesOf(outcomes).length);
    expect(new Set(codesOf(outcomes))).toEqual(new Set(['out_of_stock']));
  });

  it('create one order from one cart', async () => {
    const keyboard = await shop.sell({ stock: 100, stock_shards: 4 });
    const customerId = await shop.customer({ [keyboard]: 2 });
    const outcomes = await Promise.all(
      Array.from({ length: 10 }, () => checkoutOutcome(shop.container().checkout({ customerId }))),
    );
    const { confirmed } = await shop.checkLedger();
    expect(confirmed).toHaveLength(1);
    expect(new Set(codesOf(outcomes))).toEqual(new Set(['cart_empty']));
  });

  it('return the same order for the same idempotency key', async () => {
    const keyboard = await shop.sell({ stock: 100, stock_shards: 4 });
    const customerId = await shop.customer({ [keyboard]: 2 });
    const outcomes = await Promise.all(
      Array.from({ length: 10 }, () => checkoutOutcome(shop.container().checkout({ customerId, idempotencyKey: 'k' }))),
    );
    const { confirmed } = await shop.checkLedger();
    expect(confirmed).toHaveLength(1);
    expect(new Set(outcomes.map(({ order }) => order?.id))).toEqual(new Set([confirmed[0]?.id]));
    expect(outcomes.filter(({ replayed }) => !replayed)).toHaveLength(1);
  });

  it('of one customer stay within the purchase limit', async () => {
    const keyboard = await shop.sell({ stock: 100, stock_shards: 4, limit_per_customer: 3 });
    const customerId = newId();
    const checkouts = Array.from({ length: 20 }, async () => {
      await shop.customer({ [keyboard]: 1 }, customerId);
      return checkoutOutcome(shop.container().checkout({ customerId }));
    });
    await Promise.all(checkouts);
    const { confirmed } = await shop.checkLedger();
    const bought = confirmed.length;
    expect(bought).toBeLessThanOrEqual(3);
    // Sequential checkouts reach the limit exactly.
    const codes: (string | undefined)[] = [];
    for (let n = bought; n < 4; n++) {
      await shop.customer({ [keyboard]: 1 }, customerId);
      codes.push((await checkoutOutcome(shop.checkout({ customerId }))).code);
    }
    expect(codes.at(-1)).toBe('limit_exceeded');
    expect((await shop.checkLedger()).confirmed).toHaveLength(3);
  });
});
