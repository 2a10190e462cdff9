import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { updateProduct } from '../../../lib/products/update-product.ts';
import { createOrderFixture, type OrderFixture } from '../../support/fixtures/order-fixtures.ts';

let shop: OrderFixture;
beforeEach(async () => {
  shop = await createOrderFixture();
  // The engine and its sockets keep the real timers.
  vi.useFakeTimers({ toFake: ['Date'] });
});
afterEach(() => {
  vi.useRealTimers();
});

const later = (ms: number) => vi.setSystemTime(Date.now() + ms);

it('gives copies of products for five seconds, and then reads them', async () => {
  const keyboard = await shop.sell({ stock: 1, price: 100 });
  const { inventory, calls } = shop.container();
  const priceOf = async () => (await inventory.find([keyboard])).get(keyboard)?.price;
  expect(await priceOf()).toBe(100);
  await updateProduct(shop, shop.inventory, keyboard, { price: 200 });
  const reads = calls().length;
  later(4_999);
  expect(await priceOf()).toBe(100);
  expect(calls()).toHaveLength(reads);
  later(1);
  expect(await priceOf()).toBe(200);
  expect(calls()).toHaveLength(reads + 1);
});

it('remembers for one second what little was left, and that somebody looked', async () => {
  const keyboard = await shop.sell({ stock: 3 });
  const { inventory } = shop.container();
  const stocked = (await inventory.read([keyboard])).get(keyboard);
  if (stocked === undefined) throw new Error('the product is not there');
  inventory.cacheShortage(stocked);
  const knows = () => [inventory.cachedStock(keyboard), inventory.claimStockCheck(keyboard)];
  expect(knows()).toEqual([3, true]);
  later(999);
  expect(knows()).toEqual([3, false]);
  later(1);
  expect(knows()).toEqual([undefined, true]);
});
