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
import { outcomeOf } from '../../support/api-driver/client.ts';

let shop: ApiShop;
let guest: Actor;
beforeAll(async () => {
  shop = await createLocalShop();
});
beforeEach(async () => {
  guest = await shop.guest();
});

const add = (by: Actor, line: object) => by.api.post('/cart/add', line);

describe('POST /cart/add', () => {
  it('shows the line with name, price and stock as they are now', async () => {
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

  it('sets the quantity, so a repeat changes nothing', async () => {
    const { id } = await shop.product();
    const first = await putInCart(guest, id, 3);
    expect(await putInCart(guest, id, 3)).toEqual(first);
    expect((await putInCart(guest, id, 1)).lines).toMatchObject([{ quantity: 1 }]);
  });

  it('takes more than there is: stock is looked at when it is ordered', async () => {
    const { id } = await shop.product({ stock: 1 });
    expect((await putInCart(guest, id, 1_000_000)).lines).toMatchObject([
      { quantity: 1_000_000, available: 1 },
    ]);
  });

  it('loses no line when many are added at once to a cart that is new', async () => {
    const products = await inParallel(10, () => shop.product({ stock_shards: 1 }));
    const ids = products.map(({ id }) => id).sort();
    for (const customer of await inParallel(8, shop.guest)) {
      await Promise.all(products.map(({ id }, index) => putInCart(customer, id, index + 1)));
      const { lines, total } = await readCart(customer);
      expect(lines.map(({ product_id }) => product_id)).toEqual(ids);
      expect(total).toBe(1_250 * 55);
    }
  });

  it('refuses the 51st product and keeps the 50', async () => {
    const products = await inParallel(51, () => shop.product({ stock_shards: 1 }));
    for (const { id } of products.slice(0, 50)) await putInCart(guest, id, 1);
    const last = { customer_id: guest.id, product_id: products[50]?.id, quantity: 1 };
    expect(outcomeOf(await add(guest, last))).toEqual({ status: 409, code: 'cart_full' });
    expect((await readCart(guest)).lines).toHaveLength(50);

    // A product that is in it can still be changed, and makes room when it goes.
    const [first] = products;
    expect((await putInCart(guest, first?.id ?? '', 2)).lines).toHaveLength(50);
    await guest.api.post('/cart/remove', { customer_id: guest.id, product_id: first?.id });
    expect((await add(guest, last)).status).toBe(200);
  });

  it('refuses a product that is unknown, deleted or not for sale', async () => {
    const deleted = await shop.product();
    await shop.remove(deleted.id);
    const inactive = await shop.product();
    await shop.change(inactive.id, { active: false });
    const outcome = async (product_id: string) =>
      outcomeOf(await add(guest, { customer_id: guest.id, product_id, quantity: 1 }));
    expect(await outcome(randomUUID())).toEqual({ status: 404, code: 'product_not_found' });
    expect(await outcome(deleted.id)).toEqual({ status: 404, code: 'product_not_found' });
    expect(await outcome(inactive.id)).toEqual({ status: 409, code: 'product_unavailable' });
    expect((await readCart(guest)).lines).toEqual([]);
  });
});

describe('POST /cart/remove', () => {
  it('removes one line, and a repeat changes nothing', async () => {
    const kept = await shop.product();
    const gone = await shop.product();
    const withKept = await putInCart(guest, kept.id, 1);
    await putInCart(guest, gone.id, 2);
    const body = { customer_id: guest.id, product_id: gone.id };
    expect((await guest.api.post('/cart/remove', body)).body).toEqual(withKept);
    expect((await guest.api.post('/cart/remove', body)).body).toEqual(withKept);
    expect(await readCart(guest)).toEqual(withKept);
  });

  it('leaves a cart that was never filled empty', async () => {
    const body = { customer_id: guest.id, product_id: randomUUID() };
    const empty = { customer_id: guest.id, lines: [], total: 0 };
    expect((await guest.api.post('/cart/remove', body)).body).toEqual(empty);
    expect(await readCart(guest)).toEqual(empty);
  });

  it('removes a product that was deleted', async () => {
    const { id } = await shop.product();
    await putInCart(guest, id, 1);
    await shop.remove(id);
    const response = await guest.api.post('/cart/remove', { customer_id: guest.id, product_id: id });
    expect(response.body).toMatchObject({ lines: [], total: 0 });
  });
});

describe('a cart', () => {
  it('shows a line that cannot be bought any more with none available, and does not count it', async () => {
    const deleted = await shop.product({ stock: 8 });
    const inactive = await shop.product({ stock: 8 });
    await putInCart(guest, deleted.id, 1);
    await putInCart(guest, inactive.id, 1);
    await shop.remove(deleted.id);
    await shop.change(inactive.id, { active: false });
    const { lines, total } = await readCart(guest);
    expect(lines).toMatchObject([
      { product_id: deleted.id, available: 0, reason: 'product_unavailable' },
      { product_id: inactive.id, available: 0, reason: 'product_unavailable' },
    ]);
    expect(total).toBe(0);
  });

  it('takes the owner id in upper case', async () => {
    const { id } = await shop.product();
    const cart = await putInCart(guest, id, 1);
    expect((await guest.api.get(`/cart/${guest.id.toUpperCase()}`)).body).toEqual(cart);
  });
});
