import { beforeEach, describe, expect, it } from 'vitest';
import { DomainError } from '../../../lib/errors.ts';
import { isServiceUnavailable } from '../../../lib/platform/aws-errors.ts';
import { stockOf } from '../../../lib/products/product.ts';
import { type Attempt, atRates } from '../../support/fault-injection.ts';
import { createOrderFixture, type OrderFixture, outcomeOf } from '../../support/order-fixtures.ts';

let shop: OrderFixture;
beforeEach(async () => {
  shop = await createOrderFixture();
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
            if (code !== 'contention' && !isServiceUnavailable(error)) throw error;
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
    await container.inventory.find([keyboard]);
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
    const { shards } = (await shop.inventory.read([keyboard])).get(keyboard) ?? { shards: [] };
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
