import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { updateProduct } from '../../../lib/products/update-product.ts';
import { openShop, type Shop } from '../../support/order-fixtures.ts';

let shop: Shop;
beforeEach(async () => {
  shop = await openShop();
  // The engine and its sockets keep the real timers.
  vi.useFakeTimers({ toFake: ['Date'] });
});
afterEach(() => {
  vi.useRealTimers();
});

const later = (ms: number) => vi.setSystemTime(Date.now() + ms);

it('gives copies of products for five seconds, and then reads them', async () => {
  const keyboard = await shop.sell({ stock: 1, price: 100 });
  const { catalog, calls } = shop.container();
  const priceOf = async () => (await catalog.find([keyboard])).get(keyboard)?.price;
  expect(await priceOf()).toBe(100);
  await updateProduct(shop, shop.catalog, keyboard, { price: 200 });
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
  const { catalog } = shop.container();
  const stocked = (await catalog.read([keyboard])).get(keyboard);
  if (stocked === undefined) throw new Error('the product is not there');
  catalog.rememberShortage(stocked);
  const knows = () => [catalog.rememberedStock(keyboard), catalog.claimLook(keyboard)];
  expect(knows()).toEqual([3, true]);
  later(999);
  expect(knows()).toEqual([3, false]);
  later(1);
  expect(knows()).toEqual([undefined, true]);
});
