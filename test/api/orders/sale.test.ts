import { beforeAll, describe, expect, it } from 'vitest';
import {
  type Actor,
  type ApiShop,
  atOnce,
  openShop,
  putInCart,
  tryCheckout,
} from '../../support/api-driver/api-driver.ts';
import { expectReply } from '../../support/api-driver/client.ts';
import { allOrders, anyOrderShape, decided, trySubmit } from '../../support/api-driver/submitted-orders.ts';
import { until } from '../../support/services/processes.ts';

let store: ApiShop;
beforeAll(async () => {
  store = await openShop();
});

describe('a sale with both ways to order, a restock and cancellations at once', () => {
  it('ends with right books, nothing PENDING and nothing left', { timeout: 120_000 }, async () => {
    const { id: product } = await store.product({ stock: 1_000, stock_shards: 16 });
    const guests = await atOnce(60, () => store.guest());
    let restocked = false;

    /** 50 orders one after the other: 3,000 in all. Some of what is confirmed is cancelled again: 200 in all. */
    const submitter = async (guest: Actor, number: number) => {
      for (let round = 0; round < 50; round++) {
        const reply = await trySubmit(guest, product);
        if (reply.status === 202 && round % 12 === 0 && number < 50) {
          await guest.api.post(`/order/${expectReply(reply, 202, anyOrderShape).id}/cancel`);
        }
        expect([202, 409]).toContain(reply.status);
      }
    };
    const shopper = async () => {
      const guest = await store.guest();
      for (let round = 0; round < 10; round++) {
        await putInCart(guest, product, 2);
        expect([201, 409]).toContain((await tryCheckout(guest)).status);
      }
      return guest;
    };
    const restocker = async () => {
      await until(async () => (await store.read(product)).sold >= 600, 60_000);
      await store.supply(product, 500);
      restocked = true;
    };
    const [shoppers] = await Promise.all([
      Promise.all(Array.from({ length: 10 }, shopper)),
      restocker(),
      ...guests.map(submitter),
    ]);

    // Demand goes on until everything is sold: cancelled units come back for sale.
    const last = await store.guest();
    await until(async () => {
      const { stock } = await store.read(product);
      const replies = await atOnce(Math.min(stock, 50), () => trySubmit(last, product));
      const accepted = replies.filter(({ status }) => status === 202);
      await Promise.all(accepted.map((reply) => decided(last, expectReply(reply, 202, anyOrderShape).id)));
      return (await store.read(product)).stock === 0;
    }, 60_000);

    const everyone = [...guests, ...shoppers, last];
    await until(async () => {
      const pending = await Promise.all(everyone.map((guest) => allOrders(guest, '&status=PENDING')));
      return pending.flat().length === 0;
    }, 60_000);
    const orders = (await Promise.all(everyone.map((guest) => allOrders(guest)))).flat();
    const units = orders
      .filter(({ status }) => status === 'CONFIRMED')
      .flatMap(({ lines }) => lines)
      .reduce((sum, { quantity }) => sum + quantity, 0);

    expect(restocked).toBe(true);
    expect(orders.filter(({ status }) => status === 'CANCELLED').length).toBeGreaterThan(100);
    expect(units).toBe(1_500);
    expect(await store.read(product)).toMatchObject({ stock: 0, sold: 1_500 });
    expect(await store.total(product)).toBe(1_500);
  });
});
