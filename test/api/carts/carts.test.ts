import { randomUUID } from 'node:crypto';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  type Actor,
  type ApiShop,
  createLocalShop,
  inParallel,
  putInCart,
  readCart,
} from '../../support/api-driver/api-driver.ts';

let shop: ApiShop;
let guest: Actor;
beforeAll(async () => {
  shop = await createLocalShop();
});
beforeEach(async () => {
  guest = await shop.guest();
});

describe('POST /cart/add', () => {
  it('returns the line with the current name, price and stock', async () => {
    const product = await shop.product({ price: 250, stock: 9 });
    const cart = await putInCart(guest, product.id, 4);
    expect(cart).toEqual({
      customer_id: guest.id,
      lines: [{ product_id: product.id, name: product.name, quantity: 4, unit_price: 250, available: 9 }],
      total: 1_000,
    });
    expect(await readCart(guest)).toEqual(cart);

    await shop.change(product.id, { price: 300, name: 'renamed' });
    const [line] = (await readCart(guest)).lines;
    expect(line).toMatchObject({ name: 'renamed', unit_price: 300 });
  });

  it('accepts a quantity above the stock', async () => {
    const { id } = await shop.product({ stock: 1 });
    expect((await putInCart(guest, id, 1_000_000)).lines).toMatchObject([{ quantity: 1_000_000, available: 1 }]);
  });

  it('keeps every line when parallel requests fill a new cart', async () => {
    const products = await inParallel(10, () => shop.product({ stock_shards: 1 }));
    const ids = products.map(({ id }) => id).sort();
    for (const customer of await inParallel(8, shop.guest)) {
      await Promise.all(products.map(({ id }, index) => putInCart(customer, id, index + 1)));
      const { lines, total } = await readCart(customer);
      expect(lines.map(({ product_id }) => product_id)).toEqual(ids);
      expect(total).toBe(1_250 * 55);
    }
  });
});

describe('POST /cart/remove', () => {
  it('removes one line and changes nothing on a retry', async () => {
    const kept = await shop.product();
    const removed = await shop.product();
    const withKept = await putInCart(guest, kept.id, 1);
    await putInCart(guest, removed.id, 2);
    const body = { customer_id: guest.id, product_id: removed.id };
    expect((await guest.api.post('/cart/remove', body)).body).toEqual(withKept);
    expect((await guest.api.post('/cart/remove', body)).body).toEqual(withKept);
    expect(await readCart(guest)).toEqual(withKept);
  });

  it('returns an empty cart for a customer without one', async () => {
    const body = { customer_id: guest.id, product_id: randomUUID() };
    const empty = { customer_id: guest.id, lines: [], total: 0 };
    expect((await guest.api.post('/cart/remove', body)).body).toEqual(empty);
    expect(await readCart(guest)).toEqual(empty);
  });

  it('removes the line of a deleted product', async () => {
    const { id } = await shop.product();
    await putInCart(guest, id, 1);
    await shop.remove(id);
    const response = await guest.api.post('/cart/remove', { customer_id: guest.id, product_id: id });
    expect(response.body).toMatchObject({ lines: [], total: 0 });
  });
});
