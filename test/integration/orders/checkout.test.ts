// Long: one use case under every race, fault and price change, over one shop.
import { beforeEach, describe, expect, it } from 'vitest';
import { DomainError } from '../../../lib/errors.ts';
import { newId } from '../../../lib/platform/ids.ts';
import { isOutage } from '../../../lib/platform/outage.ts';
import { stockOf } from '../../../lib/products/product.ts';
import { updateProduct } from '../../../lib/products/update-product.ts';
import { type Attempt, atRates } from '../../support/faults.ts';
import { openShop, outcomeOf, type Shop } from '../../support/stocked-shop.ts';

let shop: Shop;
beforeEach(async () => {
  shop = await openShop();
});

const codesOf = (outcomes: readonly { code: string | undefined }[]) =>
  outcomes.map(({ code }) => code).filter((code) => code !== undefined);

describe('checkouts at once', () => {
  it.each([1, 4, 32])('sell exactly all units of %i shards', async (stock_shards) => {
    const keyboard = await shop.sell({ stock: 60, stock_shards });
    const customers = await Promise.all(Array.from({ length: 80 }, () => shop.customer({ [keyboard]: 1 })));
    const containers = Array.from({ length: 4 }, () => shop.container());
    const outcomes = await Promise.all(
      customers.map((customer_id, index) =>
        outcomeOf((containers[index % 4] ?? shop).checkout({ customer_id })),
      ),
    );
    const { confirmed } = await shop.books();
    expect(confirmed).toHaveLength(60);
    expect(codesOf(outcomes)).toEqual(Array.from({ length: 20 }, () => 'out_of_stock'));
  });

  it('of several products in any order neither oversell nor block each other', async () => {
    const products = await Promise.all([7, 11, 13].map((stock) => shop.sell({ stock, stock_shards: 2 })));
    const customers = await Promise.all(
      Array.from({ length: 30 }, (_, index) =>
        shop.customer(Object.fromEntries(products.map((id, at) => [id, 1 + ((index + at) % 2)]))),
      ),
    );
    const outcomes = await Promise.all(
      customers.map((customer_id) => outcomeOf(shop.checkout({ customer_id }))),
    );
    const { confirmed } = await shop.books();
    expect(confirmed).toHaveLength(30 - codesOf(outcomes).length);
    expect(new Set(codesOf(outcomes))).toEqual(new Set(['out_of_stock']));
  });

  it('of one cart make one order', async () => {
    const keyboard = await shop.sell({ stock: 100, stock_shards: 4 });
    const customer_id = await shop.customer({ [keyboard]: 2 });
    const outcomes = await Promise.all(
      Array.from({ length: 10 }, () => outcomeOf(shop.container().checkout({ customer_id }))),
    );
    const { confirmed } = await shop.books();
    expect(confirmed).toHaveLength(1);
    expect(new Set(codesOf(outcomes))).toEqual(new Set(['cart_empty']));
  });

  it('with one idempotency key all give the one order', async () => {
    const keyboard = await shop.sell({ stock: 100, stock_shards: 4 });
    const customer_id = await shop.customer({ [keyboard]: 2 });
    const outcomes = await Promise.all(
      Array.from({ length: 10 }, () =>
        outcomeOf(shop.container().checkout({ customer_id, idempotency_key: 'k' })),
      ),
    );
    const { confirmed } = await shop.books();
    expect(confirmed).toHaveLength(1);
    expect(new Set(outcomes.map(({ order }) => order?.id))).toEqual(new Set([confirmed[0]?.id]));
    expect(outcomes.filter(({ replayed }) => !replayed)).toHaveLength(1);
  });

  it('of one customer never buy more than the purchase limit', async () => {
    const keyboard = await shop.sell({ stock: 100, stock_shards: 4, limit_per_customer: 3 });
    const customer_id = newId();
    const racers = Array.from({ length: 20 }, async () => {
      await shop.customer({ [keyboard]: 1 }, customer_id);
      return outcomeOf(shop.container().checkout({ customer_id }));
    });
    await Promise.all(racers);
    const { confirmed } = await shop.books();
    const bought = confirmed.length;
    expect(bought).toBeLessThanOrEqual(3);
    // Then one after the other, until the limit is reached exactly.
    const codes: (string | undefined)[] = [];
    for (let n = bought; n < 4; n++) {
      await shop.customer({ [keyboard]: 1 }, customer_id);
      codes.push((await outcomeOf(shop.checkout({ customer_id }))).code);
    }
    expect(codes.at(-1)).toBe('limit_exceeded');
    expect((await shop.books()).confirmed).toHaveLength(3);
  });
});

describe('a checkout', () => {
  it('confirms the order, takes the stock and empties the cart', async () => {
    const keyboard = await shop.sell({ stock: 5, price: 300 });
    const customer_id = await shop.customer({ [keyboard]: 2 });
    const { order, replayed } = await shop.checkout({ customer_id, expected_total: 600 });
    expect(order).toMatchObject({ status: 'CONFIRMED', total: 600, currency: 'EUR', customer_id });
    expect(replayed).toBe(false);
    expect((await shop.carts.get(customer_id)).lines).toEqual([]);
    expect((await shop.books()).confirmed).toEqual([order]);
  });

  it('changes nothing when one line is short, and names that line', async () => {
    const [plenty, scarce] = [await shop.sell({ stock: 5 }), await shop.sell({ stock: 1 })];
    const customer_id = await shop.customer({ [plenty]: 1, [scarce]: 2 });
    const cart = await shop.carts.get(customer_id);
    await expect(shop.checkout({ customer_id })).rejects.toMatchObject({
      code: 'out_of_stock',
      details: { errors: [{ product_id: scarce, requested: 2, available: 1 }] },
    });
    expect(await shop.carts.get(customer_id)).toEqual(cart);
    expect((await shop.books()).orders).toEqual([]);
  });

  it('sells the last units that are spread over all shards as one order', async () => {
    const keyboard = await shop.sell({ stock: 32, stock_shards: 32 });
    const customer_id = await shop.customer({ [keyboard]: 32 });
    const { order } = await shop.checkout({ customer_id });
    expect(order.takes).toHaveLength(32);
    await shop.books();
  });

  it('gathers units where it needs more shards than one transaction can write', async () => {
    const products = await Promise.all([0, 1, 2, 3].map(() => shop.sell({ stock: 32, stock_shards: 32 })));
    const customer_id = await shop.customer(Object.fromEntries(products.map((id) => [id, 32])));
    const { order } = await shop.checkout({ customer_id });
    expect(order.lines.map(({ quantity }) => quantity)).toEqual([32, 32, 32, 32]);
    await shop.books();
  });

  it('places 50 lines', async () => {
    const products = await Promise.all(Array.from({ length: 50 }, () => shop.sell({ stock: 1 })));
    const customer_id = await shop.customer(Object.fromEntries(products.map((id) => [id, 1])));
    expect((await shop.checkout({ customer_id })).order.lines).toHaveLength(50);
    await shop.books();
  });

  it('places 50 lines of products with a purchase limit', async () => {
    const products = await Promise.all(
      Array.from({ length: 50 }, () => shop.sell({ stock: 1, limit_per_customer: 1 })),
    );
    const customer_id = await shop.customer(Object.fromEntries(products.map((id) => [id, 1])));
    expect((await shop.checkout({ customer_id })).order.lines).toHaveLength(50);
    await shop.books();
  });

  it('of an empty cart is refused', async () => {
    await expect(shop.checkout({ customer_id: newId() })).rejects.toMatchObject({ code: 'cart_empty' });
  });

  it('with a key that was used for another request is refused', async () => {
    const keyboard = await shop.sell({ price: 100 });
    const customer_id = await shop.customer({ [keyboard]: 1 });
    await shop.checkout({ customer_id, idempotency_key: 'k' });
    await expect(
      shop.checkout({ customer_id, idempotency_key: 'k', expected_total: 100 }),
    ).rejects.toMatchObject({ code: 'idempotency_key_reused' });
  });

  it('repeated with its key gives the first order, though the cart holds something else by now', async () => {
    const keyboard = await shop.sell();
    const customer_id = await shop.customer({ [keyboard]: 1 });
    const { order } = await shop.checkout({ customer_id, idempotency_key: 'k' });
    await shop.customer({ [keyboard]: 5 }, customer_id);
    expect(await shop.checkout({ customer_id, idempotency_key: 'k' })).toEqual({ order, replayed: true });
    expect((await shop.carts.get(customer_id)).lines).toHaveLength(1);
    await shop.books();
  });

  it('orders what the cart holds at that moment when it changes meanwhile', async () => {
    const keyboard = await shop.sell({ stock: 50 });
    const customer_id = await shop.customer({ [keyboard]: 1 });
    let changed = false;
    const container = shop.container();
    const carts = {
      ...container.carts,
      get: async (id: string) => {
        const cart = await container.carts.get(id);
        if (!changed) await shop.customer({ [keyboard]: 3 }, customer_id);
        changed = true;
        return cart;
      },
    };
    const { order } = await shop.container(undefined, { carts }).checkout({ customer_id });
    expect(order.lines).toMatchObject([{ quantity: 3 }]);
    await shop.books();
  });
});

describe('a copy of the product that is out of date', () => {
  async function outdated() {
    const keyboard = await shop.sell({ price: 1_000, stock: 20, stock_shards: 2 });
    const container = shop.container();
    await container.catalog.find([keyboard]);
    await updateProduct(shop, shop.catalog, keyboard, { price: 1_200 });
    return { keyboard, container };
  }

  it('makes the order pay the new price', async () => {
    const { keyboard, container } = await outdated();
    const customer_id = await shop.customer({ [keyboard]: 2 });
    expect((await container.checkout({ customer_id })).order).toMatchObject({ total: 2_400 });
    await shop.books();
  });

  it('makes no order at a total that was not expected', async () => {
    const { keyboard, container } = await outdated();
    const customer_id = await shop.customer({ [keyboard]: 2 });
    await expect(container.checkout({ customer_id, expected_total: 2_000 })).rejects.toMatchObject({
      code: 'price_changed',
    });
    expect((await shop.books()).orders).toEqual([]);
  });

  it('makes no order wait that expects the new total', async () => {
    const { keyboard, container } = await outdated();
    const customer_id = await shop.customer({ [keyboard]: 2 });
    expect((await container.checkout({ customer_id, expected_total: 2_400 })).order.total).toBe(2_400);
  });

  it('sells nothing of a product that was taken off sale', async () => {
    const keyboard = await shop.sell();
    const container = shop.container();
    await container.catalog.find([keyboard]);
    await updateProduct(shop, shop.catalog, keyboard, { active: false });
    const customer_id = await shop.customer({ [keyboard]: 1 });
    await expect(container.checkout({ customer_id })).rejects.toMatchObject({ code: 'product_unavailable' });
    expect((await shop.books()).orders).toEqual([]);
  });

  it('refuses nobody by a purchase limit that was raised', async () => {
    const keyboard = await shop.sell({ limit_per_customer: 2 });
    const container = shop.container();
    await container.catalog.find([keyboard]);
    await updateProduct(shop, shop.catalog, keyboard, { limit_per_customer: 4 });
    const customer_id = await shop.customer({ [keyboard]: 2 });
    await container.checkout({ customer_id });
    await shop.customer({ [keyboard]: 2 }, customer_id);
    await container.checkout({ customer_id });
    await expect(shop.books()).resolves.toMatchObject({ confirmed: { length: 2 } });
  });
});

describe('faults', () => {
  const seeds = [1, 20_251_212];

  it.each(seeds)('at high rates break no invariant (seed %i)', async (seed) => {
    const keyboard = await shop.sell({ stock: 30, stock_shards: 4 });
    const customers = await Promise.all(Array.from({ length: 40 }, () => shop.customer({ [keyboard]: 1 })));
    const container = shop.container(
      atRates(seed, {
        conflict: 0.3,
        timeout_after: 0.1,
        timeout_before: 0.03,
        throttled: 0.03,
        server_error: 0.03,
      }),
    );
    const ids = await Promise.all(
      customers.map(async (customer_id) => {
        // As a client does: the same key until there is an answer.
        for (;;) {
          try {
            return (await container.checkout({ customer_id, idempotency_key: 'k' })).order.id;
          } catch (error) {
            const code = error instanceof DomainError ? error.code : undefined;
            if (code === 'out_of_stock') return undefined;
            if (code !== 'contention' && !isOutage(error)) throw error;
          }
        }
      }),
    );
    const { confirmed } = await shop.books();
    expect(confirmed).toHaveLength(30);
    expect(new Set(ids.filter((id) => id !== undefined))).toEqual(new Set(confirmed.map(({ id }) => id)));
    expect(new Set(confirmed.map(({ customer_id }) => customer_id)).size).toBe(30);
  });

  const firstTransaction =
    (fault: 'timeout_after') =>
    ({ operation, call }: Attempt) =>
      operation === 'TransactWriteItems' && call === 1 ? fault : undefined;

  it.each([{ idempotency_key: 'k' }, {}])(
    'a reply that is lost to the end is answered with the order (%j)',
    async (key) => {
      const keyboard = await shop.sell({ stock: 2 });
      const customer_id = await shop.customer({ [keyboard]: 1 });
      const container = shop.container(firstTransaction('timeout_after'));
      const { order } = await container.checkout({ customer_id, ...key });
      expect(
        container.attempts.filter(({ operation }) => operation === 'TransactWriteItems').length,
      ).toBeGreaterThan(1);
      expect((await shop.books()).confirmed).toEqual([order]);
    },
  );

  it('a reply lost, and then throttling, makes no second order', async () => {
    const keyboard = await shop.sell({ stock: 5 });
    const customer_id = await shop.customer({ [keyboard]: 1 });
    const container = shop.container(({ operation, call, attempt }) => {
      if (operation !== 'TransactWriteItems' || call > 1) return undefined;
      return attempt === 1 ? 'timeout_after' : 'throttled';
    });
    const { order } = await container.checkout({ customer_id });
    expect((await shop.books()).confirmed).toEqual([order]);
  });

  it('conflicts without end are reported as contention, and nothing is written', async () => {
    const keyboard = await shop.sell();
    const customer_id = await shop.customer({ [keyboard]: 1 });
    const container = shop.container(({ operation }) =>
      operation === 'TransactWriteItems' ? 'conflict' : undefined,
    );
    await expect(container.checkout({ customer_id })).rejects.toMatchObject({
      code: 'contention',
      details: { retryAfterSeconds: 1 },
    });
    expect((await shop.books()).orders).toEqual([]);
    expect((await shop.carts.get(customer_id)).lines).toHaveLength(1);
  });
});

describe('requests to the database', () => {
  it('are two for a warm checkout', async () => {
    const keyboard = await shop.sell({ stock: 100, stock_shards: 4 });
    const container = shop.container();
    await container.checkout({ customer_id: await shop.customer({ [keyboard]: 1 }) });
    const customer_id = await shop.customer({ [keyboard]: 1 });
    const before = container.calls().length;
    await container.checkout({ customer_id });
    expect(container.calls().slice(before)).toEqual(['GetItem', 'TransactWriteItems']);
  });

  it('are one more for a conflict, and no read', async () => {
    const keyboard = await shop.sell({ stock: 100, stock_shards: 4 });
    const container = shop.container(({ operation, call }) =>
      operation === 'TransactWriteItems' && call === 1 ? 'conflict' : undefined,
    );
    await container.catalog.find([keyboard]);
    const customer_id = await shop.customer({ [keyboard]: 1 });
    const before = container.calls().length;
    await container.checkout({ customer_id });
    expect(container.calls().slice(before)).toEqual(['GetItem', 'TransactWriteItems', 'TransactWriteItems']);
    await shop.books();
  });

  it('are one, for the cart, when the product was just seen to be sold out', async () => {
    const keyboard = await shop.sell({ stock: 0 });
    const customers = [await shop.customer({ [keyboard]: 1 }), await shop.customer({ [keyboard]: 1 })];
    const container = shop.container();
    await outcomeOf(container.checkout({ customer_id: customers[0] ?? '' }));
    const before = container.calls().length;
    const { code } = await outcomeOf(container.checkout({ customer_id: customers[1] ?? '' }));
    expect([code, container.calls().slice(before)]).toEqual(['out_of_stock', ['GetItem']]);
  });

  it('are made again after a second, so units that came back sell', async () => {
    const keyboard = await shop.sell({ stock: 0 });
    const customer_id = await shop.customer({ [keyboard]: 1 });
    const container = shop.container();
    expect((await outcomeOf(container.checkout({ customer_id }))).code).toBe('out_of_stock');
    const { shards } = (await shop.catalog.read([keyboard])).get(keyboard) ?? { shards: [] };
    expect(stockOf(shards)).toBe(0);
    await shop.supply(keyboard, 1);
    expect((await outcomeOf(container.checkout({ customer_id }))).code).toBe('out_of_stock');
    await new Promise((resolve) => setTimeout(resolve, 1_050));
    expect((await outcomeOf(container.checkout({ customer_id }))).order?.status).toBe('CONFIRMED');
    await shop.books();
  });

  it('are made for fewer units than those that were left', async () => {
    const keyboard = await shop.sell({ stock: 2 });
    const container = shop.container();
    const many = await shop.customer({ [keyboard]: 3 });
    expect((await outcomeOf(container.checkout({ customer_id: many }))).code).toBe('out_of_stock');
    const few = await shop.customer({ [keyboard]: 2 });
    expect((await outcomeOf(container.checkout({ customer_id: few }))).order?.status).toBe('CONFIRMED');
    await shop.books();
  });
});
