import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  type Actor,
  type ApiShop,
  checkOut,
  createLocalShop,
  inParallel,
  putInCart,
  readCart,
  tryCheckout,
} from '../../support/api-driver/api-driver.ts';
import { outcomeOf, pathsOf } from '../../support/api-driver/client.ts';

let shop: ApiShop;
let guest: Actor;
beforeAll(async () => {
  shop = await createLocalShop();
});
beforeEach(async () => {
  guest = await shop.guest();
});

describe('POST /order/add', () => {
  it('sums the largest order exactly', async () => {
    const products = await inParallel(3, () => shop.product({ stock: 1_000_000, price: 99_999_999, stock_shards: 1 }));
    for (const { id } of products) await putInCart(guest, id, 1_000_000);
    expect((await checkOut(guest)).total).toBe(3 * 99_999_999_000_000);
  });

  it('confirms an order of a free product', async () => {
    const { id } = await shop.product({ price: 0 });
    await putInCart(guest, id, 1);
    expect((await checkOut(guest, { expectedTotal: 0 })).total).toBe(0);
  });

  it('rejects another expected total with price_changed and keeps cart and stock', async () => {
    const { id } = await shop.product({ price: 300, stock: 5 });
    const cart = await putInCart(guest, id, 2);
    for (const expectedTotal of [599, 601, 0]) {
      const response = await tryCheckout(guest, { expectedTotal });
      expect(outcomeOf(response)).toEqual({ status: 409, code: 'price_changed' });
      expect(pathsOf(response)).toEqual(['expected_total']);
    }
    expect(await readCart(guest)).toEqual(cart);
    expect(await shop.read(id)).toMatchObject({ stock: 5, sold: 0 });
    expect((await checkOut(guest, { expectedTotal: 600 })).total).toBe(600);
  });

  it('lists every line that is out of stock and keeps cart and stock', async () => {
    const plenty = await shop.product({ stock: 100 });
    const few = await shop.product({ stock: 3, stock_shards: 8 });
    const none = await shop.product({ stock: 0 });
    await putInCart(guest, plenty.id, 5);
    await putInCart(guest, few.id, 4);
    const cart = await putInCart(guest, none.id, 1);

    const response = await tryCheckout(guest);
    expect(outcomeOf(response)).toEqual({ status: 409, code: 'out_of_stock' });
    const short = response.problem?.errors?.map(({ product_id, requested, available }) => ({
      product_id,
      requested,
      available,
    }));
    expect(short).toHaveLength(2);
    expect(short).toEqual(
      expect.arrayContaining([
        { product_id: few.id, requested: 4, available: 3 },
        { product_id: none.id, requested: 1, available: 0 },
      ]),
    );
    expect(await readCart(guest)).toEqual(cart);
    for (const before of [plenty, few, none]) expect(await shop.read(before.id)).toEqual(before);
  });

  it('lists a product that was deleted after a checkout cached it, and keeps the cart', async () => {
    const kept = await shop.product();
    const deleted = await shop.product({ stock_shards: 4 });
    await putInCart(guest, deleted.id, 1);
    await checkOut(guest);
    await putInCart(guest, kept.id, 1);
    await putInCart(guest, deleted.id, 1);
    await shop.remove(deleted.id);
    const response = await tryCheckout(guest);
    expect(outcomeOf(response)).toEqual({ status: 409, code: 'product_unavailable' });
    expect(response.problem?.errors).toMatchObject([{ product_id: deleted.id }]);
    expect((await readCart(guest)).lines).toHaveLength(2);
    expect(await shop.read(kept.id)).toEqual(kept);
    expect(await shop.total(deleted.id)).toBe(1);
  });

  it('counts earlier orders against the purchase limit and returns the units left', async () => {
    const { id } = await shop.product({ stock: 10, limit_per_customer: 3 });
    await putInCart(guest, id, 2);
    await checkOut(guest);
    const cart = await putInCart(guest, id, 2);
    const response = await tryCheckout(guest);
    expect(outcomeOf(response)).toEqual({ status: 409, code: 'limit_exceeded' });
    expect(response.problem?.errors).toMatchObject([{ product_id: id, requested: 2, available: 1 }]);
    expect(await readCart(guest)).toEqual({ ...cart, lines: [{ ...cart.lines[0], available: 8 }] });
    expect(await shop.read(id)).toMatchObject({ stock: 8, sold: 2 });

    await putInCart(guest, id, 1);
    await checkOut(guest);
    expect(await shop.total(id)).toBe(3);
  });
});
