import { expect, it } from 'vitest';
import { checkOut, newKey, putInCart, readCart } from '../../support/api-driver/api-driver.ts';
import { expectResponse } from '../../support/api-driver/client.ts';
import { awaitDecision, orderSchema, submit } from '../../support/api-driver/submitted-orders.ts';
import type { OpenShop } from './shop.ts';

/** Both ways to order, and the way back. */
export function orderSteps(openShop: OpenShop): void {
  it('checkout confirms a cart once, empties it and takes the units', async () => {
    const shop = await openShop();
    const { id: productId } = await shop.product({ stock: 10, price: 4_990 });
    const guest = await shop.guest();
    await putInCart(guest, productId, 2);
    const key = newKey();

    const order = await checkOut(guest, { key, expectedTotal: 9_980 });

    expect(order).toMatchObject({
      customer_id: guest.id,
      total: 9_980,
      lines: [{ product_id: productId, quantity: 2 }],
    });
    expect(await checkOut(guest, { key, expectedTotal: 9_980 })).toEqual(order);
    expect((await readCart(guest)).lines).toEqual([]);
    expect(await shop.read(productId)).toMatchObject({ stock: 8, sold: 2 });
  });

  it('the worker decides a submitted order, and a cancellation releases its units', async () => {
    const shop = await openShop();
    const { id: productId } = await shop.product({ stock: 10 });
    const guest = await shop.guest();

    const { id, status } = await submit(guest, productId, 3);
    expect(status).toBe('PENDING');
    expect((await awaitDecision(guest, id)).status).toBe('CONFIRMED');
    expect(await shop.read(productId)).toMatchObject({ stock: 7, sold: 3 });

    const cancelled = expectResponse(await guest.api.post(`/order/${id}/cancel`), 200, orderSchema);
    expect(cancelled.status).toBe('CANCELLED');
    expect(await shop.read(productId)).toMatchObject({ stock: 10, sold: 0 });
  });
}
