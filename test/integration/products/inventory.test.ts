import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { updateProduct } from '../../../lib/products/update-product.ts';
import { createOrderFixture, type OrderFixture } from '../../support/fixtures/order-fixtures.ts';

let shop: OrderFixture;
beforeEach(async () => {
  shop = await createOrderFixture();
  // DynamoDB Local and its sockets need real timers.
  vi.useFakeTimers({ toFake: ['Date'] });
});
afterEach(() => {
  vi.useRealTimers();
});

const later = (ms: number) => vi.setSystemTime(Date.now() + ms);

describe('createInventory', () => {
  it('caches products for five seconds', async () => {
    const keyboard = await shop.sell({ stock: 1, price: 100 });
    const { inventory, calls } = shop.container();
    const priceOf = async () => (await inventory.find([keyboard])).get(keyboard)?.price;
    expect(await priceOf()).toBe(100);
    await updateProduct(shop, { productId: keyboard, change: { price: 200 } });
    const reads = calls().length;
    later(4_999);
    expect(await priceOf()).toBe(100);
    expect(calls()).toHaveLength(reads);
    later(1);
    expect(await priceOf()).toBe(200);
    expect(calls()).toHaveLength(reads + 1);
  });

  it('caches a shortage, and lets one caller claim the stock check, for one second', async () => {
    const keyboard = await shop.sell({ stock: 3 });
    const { inventory } = shop.container();
    inventory.cacheShortage(await inventory.readOne(keyboard));
    const state = () => [inventory.cachedStock(keyboard), inventory.claimStockCheck(keyboard)];
    expect(state()).toEqual([3, true]);
    later(999);
    expect(state()).toEqual([3, false]);
    later(1);
    expect(state()).toEqual([undefined, true]);
  });

  it('makes callers wait for a stock check in flight, without its error', async () => {
    const keyboard = await shop.sell();
    const { inventory } = shop.container();
    const { promise, reject } = Promise.withResolvers<void>();
    const check = inventory.runStockCheck([keyboard], () => promise);
    let waited = false;
    const waiting = inventory.awaitStockCheck([keyboard]).then(() => {
      waited = true;
    });
    await Promise.resolve();
    expect(waited).toBe(false);
    reject(new Error('read failed'));
    await expect(check).rejects.toThrow('read failed');
    await waiting;
    await inventory.awaitStockCheck([keyboard]);
  });
});
