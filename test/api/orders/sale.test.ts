import { beforeAll, describe, expect, it } from 'vitest';
import {
  type Actor,
  type ApiShop,
  createLocalShop,
  inParallel,
  putInCart,
  tryCheckout,
} from '../../support/api-driver/api-driver.ts';
import { expectResponse } from '../../support/api-driver/client.ts';
import { awaitDecision, listOrders, orderSchema, trySubmit } from '../../support/api-driver/submitted-orders.ts';
import { until } from '../../support/services/processes.ts';

let shop: ApiShop;
beforeAll(async () => {
  shop = await createLocalShop();
});

describe('a sale with checkouts, submitted orders, cancellations and a restock', () => {
  it('sells every unit once and leaves no order PENDING', { timeout: 120_000 }, async () => {
    const { id: product } = await shop.product({ stock: 1_000, stock_shards: 16 });
    const guests = await inParallel(60, () => shop.guest());
    let restocked = false;

    /** Submits 50 orders in sequence, 3,000 in total, and cancels about 200 of them in total. */
    const submitter = async (guest: Actor, number: number) => {
      for (let round = 0; round < 50; round++) {
        const response = await trySubmit(guest, product);
        if (response.status === 202 && round % 12 === 0 && number < 50) {
          await guest.api.post(`/order/${expectResponse(response, 202, orderSchema).id}/cancel`);
        }
        expect([202, 409]).toContain(response.status);
      }
    };
    const shopper = async () => {
      const guest = await shop.guest();
      for (let round = 0; round < 10; round++) {
        await putInCart(guest, product, 2);
        expect([201, 409]).toContain((await tryCheckout(guest)).status);
      }
      return guest;
    };
    const restocker = async () => {
      await until(async () => (await shop.read(product)).sold >= 600, 60_000);
      await shop.restock(product, 500);
      restocked = true;
    };
    const [shoppers] = await Promise.all([
      Promise.all(Array.from({ length: 10 }, shopper)),
      restocker(),
      ...guests.map(submitter),
    ]);

    // Keep ordering until all units are sold, because cancellations release units.
    const last = await shop.guest();
    await until(async () => {
      const { stock } = await shop.read(product);
      const responses = await inParallel(Math.min(stock, 50), () => trySubmit(last, product));
      const accepted = responses.filter(({ status }) => status === 202);
      await Promise.all(accepted.map((response) => awaitDecision(last, expectResponse(response, 202, orderSchema).id)));
      return (await shop.read(product)).stock === 0;
    }, 60_000);

    const everyone = [...guests, ...shoppers, last];
    await until(async () => {
      const pending = await Promise.all(everyone.map((guest) => listOrders(guest, '&status=PENDING')));
      return pending.flat().length === 0;
    }, 60_000);
    const orders = (await Promise.all(everyone.map((guest) => listOrders(guest)))).flat();
    const units = orders
      .filter(({ status }) => status === 'CONFIRMED')
      .flatMap(({ lines }) => lines)
      .reduce((sum, { quantity }) => sum + quantity, 0);

    expect(restocked).toBe(true);
    expect(orders.filter(({ status }) => status === 'CANCELLED').length).toBeGreaterThan(100);
    expect(units).toBe(1_500);
    expect(await shop.read(product)).toMatchObject({ stock: 0, sold: 1_500 });
    expect(await shop.total(product)).toBe(1_500);
  });
});
