import { beforeEach, describe, expect, it } from 'vitest';
import { addToCart } from '../../../lib/carts/add-to-cart.ts';
import { showCart } from '../../../lib/carts/show-cart.ts';
import { processOrders } from '../../../lib/orders/process-orders.ts';
import { submitOrder } from '../../../lib/orders/submit-order.ts';
import { newId } from '../../../lib/platform/ids.ts';
import { viewOf } from '../../../lib/products/product.ts';
import { createOrderFixture, type OrderFixture } from '../../support/fixtures/order-fixtures.ts';

describe('a product after the shop has changed its currency', () => {
  let shop: OrderFixture;
  let dollars: ReturnType<OrderFixture['container']>;
  let keyboard: string;
  beforeEach(async () => {
    shop = await createOrderFixture();
    keyboard = await shop.sell({ price: 100, currency: 'EUR' });
    dollars = shop.container(undefined, { currency: 'USD' });
  });

  it('keeps its currency', async () => {
    expect(viewOf(await dollars.inventory.readOne(keyboard))).toMatchObject({ price: 100, currency: 'EUR' });
  });

  it.each(['uncached', 'cached'])('cannot be checked out while it is %s', async (state) => {
    if (state === 'cached') await dollars.inventory.find([keyboard]);
    const customerId = await shop.customer({ [keyboard]: 1 });
    await expect(dollars.checkout({ customerId })).rejects.toMatchObject({
      code: 'product_unavailable',
      details: { errors: [{ product_id: keyboard }] },
    });
    expect((await shop.checkLedger()).orders).toEqual([]);
  });

  it('cannot be submitted', async () => {
    const submitting = submitOrder(dollars, { customerId: newId(), items: [{ id: keyboard, quantity: 1 }] });
    await expect(submitting).rejects.toMatchObject({ code: 'product_unavailable' });
    expect((await shop.checkLedger()).orders).toEqual([]);
  });

  it('cannot be added to a cart, and is unavailable in carts that have it', async () => {
    await expect(addToCart(dollars, { customerId: newId(), productId: keyboard, quantity: 1 })).rejects.toMatchObject({
      code: 'product_unavailable',
    });
    const customerId = await shop.customer({ [keyboard]: 1 });
    expect(await showCart(dollars, await shop.carts.get(customerId))).toMatchObject({
      lines: [{ product_id: keyboard, available: 0, reason: 'product_unavailable' }],
      total: 0,
    });
  });

  it('is sold to orders that were accepted before, in their currency', async () => {
    const orders = await shop.submit(keyboard, [1]);
    await processOrders(dollars, { orders, shardOffset: 0 });
    const ledger = await shop.checkLedger();
    expect(ledger.orders).toMatchObject([{ status: 'CONFIRMED', currency: 'EUR', total: 100 }]);
  });
});
