import { beforeEach, describe, expect, it } from 'vitest';
import { DomainError } from '../../../lib/errors.ts';
import { isServiceUnavailable } from '../../../lib/platform/aws-errors.ts';
import { stockOf } from '../../../lib/products/product.ts';
import { type Attempt, atRates } from '../../support/database/fault-injection.ts';
import { checkoutOutcome, createOrderFixture, type OrderFixture } from '../../support/fixtures/order-fixtures.ts';

let shop: OrderFixture;
beforeEach(async () => {
  shop = await createOrderFixture();
});

describe('checkout with database faults', () => {
  const seeds = [1, 20_251_212];

  it.each(seeds)('keeps the ledger and idempotency at high fault rates (seed %i)', async (seed) => {
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
      customers.map(async (customerId) => {
        // Retries with the same key until there is a final response, as a client does.
        for (;;) {
          try {
            return (await container.checkout({ customerId, idempotencyKey: 'k' })).order.id;
          } catch (error) {
            const code = error instanceof DomainError ? error.code : undefined;
            if (code === 'out_of_stock') return undefined;
            if (code !== 'contention' && !isServiceUnavailable(error)) throw error;
          }
        }
      }),
    );
    const { confirmed } = await shop.checkLedger();
    expect(confirmed).toHaveLength(30);
    expect(new Set(ids.filter((id) => id !== undefined))).toEqual(new Set(confirmed.map(({ id }) => id)));
    expect(new Set(confirmed.map(({ customer_id }) => customer_id)).size).toBe(30);
  });

  const firstTransaction =
    (fault: 'timeout_after') =>
    ({ operation, call }: Attempt) =>
      operation === 'TransactWriteItems' && call === 1 ? fault : undefined;

  it.each([{ idempotencyKey: 'k' }, {}])(
    'returns the order if every response to its transaction is lost (%j)',
    async (key) => {
      const keyboard = await shop.sell({ stock: 2 });
      const customerId = await shop.customer({ [keyboard]: 1 });
      const container = shop.container(firstTransaction('timeout_after'));
      const { order } = await container.checkout({ customerId, ...key });
      expect(container.attempts.filter(({ operation }) => operation === 'TransactWriteItems').length).toBeGreaterThan(
        1,
      );
      expect((await shop.checkLedger()).confirmed).toEqual([order]);
    },
  );

  it('creates one order if a response is lost and the retries are throttled', async () => {
    const keyboard = await shop.sell({ stock: 5 });
    const customerId = await shop.customer({ [keyboard]: 1 });
    const container = shop.container(({ operation, call, attempt }) => {
      if (operation !== 'TransactWriteItems' || call > 1) return undefined;
      return attempt === 1 ? 'timeout_after' : 'throttled';
    });
    const { order } = await container.checkout({ customerId });
    expect((await shop.checkLedger()).confirmed).toEqual([order]);
  });

  it('fails with contention and writes nothing if every attempt conflicts', async () => {
    const keyboard = await shop.sell();
    const customerId = await shop.customer({ [keyboard]: 1 });
    const container = shop.container(({ operation }) => (operation === 'TransactWriteItems' ? 'conflict' : undefined));
    await expect(container.checkout({ customerId })).rejects.toMatchObject({
      code: 'contention',
      details: { retryAfterSeconds: 1 },
    });
    expect((await shop.checkLedger()).orders).toEqual([]);
    expect((await shop.carts.get(customerId)).lines).toHaveLength(1);
  });
});

describe('requests of a checkout to the database', () => {
  it('are one read and one transaction if the product is cached', async () => {
    const keyboard = await shop.sell({ stock: 100, stock_shards: 4 });
    const container = shop.container();
    await container.checkout({ customerId: await shop.customer({ [keyboard]: 1 }) });
    const customerId = await shop.customer({ [keyboard]: 1 });
    const before = container.calls().length;
    await container.checkout({ customerId });
    expect(container.calls().slice(before)).toEqual(['GetItem', 'TransactWriteItems']);
  });

  it('are one more transaction, and no read, after a conflict', async () => {
    const keyboard = await shop.sell({ stock: 100, stock_shards: 4 });
    const container = shop.container(({ operation, call }) =>
      operation === 'TransactWriteItems' && call === 1 ? 'conflict' : undefined,
    );
    await container.inventory.find([keyboard]);
    const customerId = await shop.customer({ [keyboard]: 1 });
    const before = container.calls().length;
    await container.checkout({ customerId });
    expect(container.calls().slice(before)).toEqual(['GetItem', 'TransactWriteItems', 'TransactWriteItems']);
    await shop.checkLedger();
  });

  it('are one read of the cart if a shortage is cached', async () => {
    const keyboard = await shop.sell({ stock: 0 });
    const customers = [await shop.customer({ [keyboard]: 1 }), await shop.customer({ [keyboard]: 1 })];
    const container = shop.container();
    await checkoutOutcome(container.checkout({ customerId: customers[0] ?? '' }));
    const before = container.calls().length;
    const { code } = await checkoutOutcome(container.checkout({ customerId: customers[1] ?? '' }));
    expect([code, container.calls().slice(before)]).toEqual(['out_of_stock', ['GetItem']]);
  });

  it('read the stock again after one second, so that restocked units sell', async () => {
    const keyboard = await shop.sell({ stock: 0 });
    const customerId = await shop.customer({ [keyboard]: 1 });
    const container = shop.container();
    expect((await checkoutOutcome(container.checkout({ customerId }))).code).toBe('out_of_stock');
    const { shards } = (await shop.inventory.read([keyboard])).get(keyboard) ?? { shards: [] };
    expect(stockOf(shards)).toBe(0);
    await shop.restock(keyboard, 1);
    expect((await checkoutOutcome(container.checkout({ customerId }))).code).toBe('out_of_stock');
    await new Promise((resolve) => setTimeout(resolve, 1_050));
    expect((await checkoutOutcome(container.checkout({ customerId }))).order?.status).toBe('CONFIRMED');
    await shop.checkLedger();
  });

  it('still try an order that the cached stock covers', async () => {
    const keyboard = await shop.sell({ stock: 2 });
    const container = shop.container();
    const many = await shop.customer({ [keyboard]: 3 });
    expect((await checkoutOutcome(container.checkout({ customerId: many }))).code).toBe('out_of_stock');
    const few = await shop.customer({ [keyboard]: 2 });
    expect((await checkoutOutcome(container.checkout({ customerId: few }))).order?.status).toBe('CONFIRMED');
    await shop.checkLedger();
  });
});
