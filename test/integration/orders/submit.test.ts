import { describe, expect, it } from 'vitest';
import { submitOrder } from '../../../lib/orders/submit-order.ts';
import { newId } from '../../../lib/platform/ids.ts';
import { createOrderFixture } from '../../support/fixtures/order-fixtures.ts';

describe('submitOrder', () => {
  it('fails all concurrent requests for a sold-out product and writes nothing', async () => {
    const shop = await createOrderFixture();
    const id = await shop.sell({ stock: 1 });
    await shop.checkout({ customerId: await shop.customer({ [id]: 1 }) });
    const container = shop.container();

    const outcomes = await Promise.allSettled(
      Array.from({ length: 50 }, () => submitOrder(container, { customerId: newId(), items: [{ id, quantity: 1 }] })),
    );

    for (const outcome of outcomes) {
      expect(outcome).toMatchObject({ status: 'rejected', reason: { code: 'out_of_stock' } });
    }
    expect(container.calls().filter((call) => call !== 'BatchGetItem')).toEqual([]);
    const { orders } = await shop.checkLedger();
    expect(orders).toHaveLength(1);
  });

  it('accepts orders of concurrent callers if the shared stock check fails', async () => {
    const shop = await createOrderFixture();
    const id = await shop.sell({ stock: 50 });
    const container = shop.container(({ operation, call }) =>
      operation === 'BatchGetItem' && call === 1 ? 'timeout_before' : undefined,
    );
    const outcomes = await Promise.allSettled(
      Array.from({ length: 5 }, () => submitOrder(container, { customerId: newId(), items: [{ id, quantity: 1 }] })),
    );
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(4);
  });
});
