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
  it('refuses an empty cart', async () => {
    const empty = { status: 409, code: 'cart_empty' };
    expect(outcomeOf(await tryCheckout(guest))).toEqual(empty);
    const { id } = await shop.product();
    await putInCart(guest, id, 1);
    await checkOut(guest);
    expect(outcomeOf(await tryCheckout(guest))).toEqual(empty);
    expect(await shop.total(id)).toBe(1);
  });

  it('sells 50 products in one order', async () => {
    const products = await inParallel(50, (index) =>
      shop.product({ stock: 2, stock_shards: (index % 2) + 1 }),
    );
    await Promise.all(products.map(({ id }) => putInCart(guest, id, 2)));
    const { lines, total } = await checkOut(guest);
    expect(lines).toHaveLength(50);
    expect(total).toBe(50 * 2 * 1_250);
    expect(await Promise.all(products.map(({ id }) => shop.total(id)))).toEqual(Array(50).fill(2));
  });

  it('sums the largest order exactly', async () => {
    const products = await inParallel(3, () =>
      shop.product({ stock: 1_000_000, price: 99_999_999, stock_shards: 1 }),
    );
    for (const { id } of products) await putInCart(guest, id, 1_000_000);
    expect((await checkOut(guest)).total).toBe(3 * 99_999_999_000_000);
  });

  it('sells the last units of a product that lie in many shards', async () => {
    const { id } = await shop.product({ stock: 20, stock_shards: 32 });
    await putInCart(guest, id, 20);
    expect((await checkOut(guest)).lines).toMatchObject([{ quantity: 20 }]);
    expect(await shop.read(id)).toMatchObject({ stock: 0, sold: 20 });
  });

  it('sells a product for nothing', async () => {
    const { id } = await shop.product({ price: 0 });
    await putInCart(guest, id, 1);
    expect((await checkOut(guest, { expectedTotal: 0 })).total).toBe(0);
  });

  it('takes the total that was expected, and no other', async () => {
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

  it('charges the price that holds since the change was answered, also right after it', async () => {
    const { id } = await shop.product({ price: 100, stock: 100, stock_shards: 8 });
    for (const price of [200, 300, 150]) {
      // A copy of the old price is in the memory of the checkout by now.
      await putInCart(guest, id, 1);
      await checkOut(guest);
      await shop.change(id, { price });
      await putInCart(guest, id, 1);
      expect((await checkOut(guest)).lines).toMatchObject([{ unit_price: price }]);
    }
  });

  it('refuses the old total when the price has changed since', async () => {
    const { id } = await shop.product({ price: 100, stock: 10 });
    await putInCart(guest, id, 1);
    await checkOut(guest, { expectedTotal: 100 });
    await putInCart(guest, id, 1);
    await shop.change(id, { price: 101 });
    const response = await tryCheckout(guest, { expectedTotal: 100 });
    expect(outcomeOf(response)).toEqual({ status: 409, code: 'price_changed' });
    expect(await shop.read(id)).toMatchObject({ stock: 9, sold: 1 });
  });

  it('names each line that is short, and changes nothing', async () => {
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

  it('sells again once stock was added, at the latest when the memory of the shortage has passed', async () => {
    const { id } = await shop.product({ stock: 1 });
    await putInCart(guest, id, 2);
    expect(outcomeOf(await tryCheckout(guest)).code).toBe('out_of_stock');
    await shop.restock(id, 1);
    await expect.poll(async () => (await tryCheckout(guest)).status, { timeout: 5_000 }).toBe(201);
    expect(await shop.read(id)).toMatchObject({ stock: 0, sold: 2 });
  });

  it('sells fewer than were just refused', async () => {
    const { id } = await shop.product({ stock: 2 });
    await putInCart(guest, id, 3);
    expect(outcomeOf(await tryCheckout(guest)).code).toBe('out_of_stock');
    await putInCart(guest, id, 2);
    expect((await checkOut(guest)).lines).toMatchObject([{ quantity: 2 }]);
  });

  it.each([
    ['inactive', (id: string) => shop.change(id, { active: false })],
    ['deleted', (id: string) => shop.remove(id)],
  ])('refuses a product that is %s since, and changes nothing', async (_, end) => {
    const kept = await shop.product();
    const ended = await shop.product({ stock_shards: 4 });
    // The checkout has a copy of the product from when it was for sale.
    await putInCart(guest, ended.id, 1);
    await checkOut(guest);
    await putInCart(guest, kept.id, 1);
    await putInCart(guest, ended.id, 1);
    await end(ended.id);
    const response = await tryCheckout(guest);
    expect(outcomeOf(response)).toEqual({ status: 409, code: 'product_unavailable' });
    expect(response.problem?.errors).toMatchObject([{ product_id: ended.id }]);
    expect((await readCart(guest)).lines).toHaveLength(2);
    expect(await shop.read(kept.id)).toEqual(kept);
    expect(await shop.total(ended.id)).toBe(1);
  });

  describe('with limit_per_customer', () => {
    const exceeded = { status: 409, code: 'limit_exceeded' };

    it('counts what the customer bought before', async () => {
      const { id } = await shop.product({ stock: 10, limit_per_customer: 3 });
      await putInCart(guest, id, 2);
      await checkOut(guest);
      const cart = await putInCart(guest, id, 2);
      const response = await tryCheckout(guest);
      expect(outcomeOf(response)).toEqual(exceeded);
      expect(response.problem?.errors).toMatchObject([{ product_id: id, requested: 2, available: 1 }]);
      expect(await readCart(guest)).toEqual({ ...cart, lines: [{ ...cart.lines[0], available: 8 }] });
      expect(await shop.read(id)).toMatchObject({ stock: 8, sold: 2 });

      await putInCart(guest, id, 1);
      await checkOut(guest);
      await putInCart(await shop.guest(), id, 3);
      expect(await shop.total(id)).toBe(3);
    });

    it('refuses more in one order, whatever else is in it', async () => {
      const limited = await shop.product({ limit_per_customer: 3 });
      const other = await shop.product();
      await putInCart(guest, other.id, 1);
      await putInCart(guest, limited.id, 4);
      expect(outcomeOf(await tryCheckout(guest))).toEqual(exceeded);
      expect(await shop.read(other.id)).toEqual(other);
      expect(await shop.read(limited.id)).toEqual(limited);
    });

    it('is each customer’s own', async () => {
      const { id } = await shop.product({ stock: 6, limit_per_customer: 3 });
      for (const customer of [guest, await shop.guest()]) {
        await putInCart(customer, id, 3);
        await checkOut(customer);
      }
      expect(await shop.total(id)).toBe(6);
    });

    it('lets more be bought when it was raised', async () => {
      const { id } = await shop.product({ limit_per_customer: 1 });
      await putInCart(guest, id, 1);
      await checkOut(guest);
      await putInCart(guest, id, 1);
      expect(outcomeOf(await tryCheckout(guest))).toEqual(exceeded);
      await shop.change(id, { limit_per_customer: 2 });
      await checkOut(guest);
      expect(await shop.total(id)).toBe(2);
    });
  });
});
