// Long: one operation with all its refusals and replays.
import { randomUUID } from 'node:crypto';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { uniqueName } from '../../support/builders.ts';
import { expectReply, outcomeOf, pathsOf } from '../../support/client.ts';
import { cartShape, guestShape, orderShape, productShape, productTotalShape } from '../../support/shapes.ts';
import {
  type Actor,
  atOnce,
  checkOut,
  eventually,
  newKey,
  openStorefront,
  putInCart,
  readCart,
  readOrder,
  type Storefront,
  tryCheckout,
} from '../../support/storefront.ts';

let shop: Storefront;
let guest: Actor;
beforeAll(async () => {
  shop = await openStorefront();
});
beforeEach(async () => {
  guest = await shop.guest();
});

describe('the 12.12 store, step by step', () => {
  it('takes a customer from sign-up to the total ordered', async () => {
    const { anyone, admin } = shop;
    const username = uniqueName('customer');
    const customer = expectReply(await anyone.post('/customer/add', { username }), 201, guestShape);
    const api = anyone.as(customer.access_token);

    const product_name = uniqueName('laptop');
    const added = await admin.api.post('/product/add', { product_name, stock: 10, price: 99_900 });
    const { id: product_id } = expectReply(added, 201, productShape);
    const supplied = await admin.api.post('/product/add-stock', { product_id, stock: 5 });
    expect(expectReply(supplied, 200, productShape).stock).toBe(15);
    await eventually(async () =>
      expect((await shop.list('/product/all')).find(({ id }) => id === product_id)?.stock).toBe(15),
    );

    const customer_id = customer.id;
    const line = { customer_id, product_id, quantity: 3 };
    expect(expectReply(await api.post('/cart/add', line), 200, cartShape).total).toBe(299_700);
    await api.post('/cart/remove', { customer_id, product_id });
    await api.post('/cart/add', { ...line, quantity: 4 });

    const placed = await api.post('/order/add', { customer_id });
    const order = expectReply(placed, 201, orderShape);
    expect(order).toMatchObject({
      customer_id,
      status: 'CONFIRMED',
      lines: [{ product_id, name: product_name, quantity: 4, unit_price: 99_900 }],
      total: 399_600,
      currency: 'USD',
    });
    expect(placed.headers.get('Location')).toBe(`/order/${order.id}`);
    expect(placed.headers.has('Idempotent-Replayed')).toBe(false);

    expect((await api.get(`/cart/${customer_id}`)).body).toEqual({ customer_id, lines: [], total: 0 });
    expect(await shop.read(product_id)).toMatchObject({ stock: 11, sold: 4 });
    const total = await anyone.get(`/order/product/${product_id}`);
    expect(expectReply(total, 200, productTotalShape)).toEqual({ product_id, total_quantity: 4 });
    expect((await api.get(`/order/${order.id}`)).body).toEqual(order);
  });
});

describe('GET /order/{order_id}', () => {
  it('shows an order to its customer and to an ADMIN', async () => {
    const { id } = await shop.product();
    await putInCart(guest, id, 1);
    const order = await checkOut(guest);
    expect(await readOrder(guest.api, order.id)).toEqual(order);
    expect(await readOrder(shop.admin.api, order.id)).toEqual(order);
    expect(await readOrder(guest.api, order.id.toUpperCase())).toEqual(order);
  });

  it('knows no order that does not exist', async () => {
    const notFound = { status: 404, code: 'order_not_found' };
    const path = `/order/${randomUUID()}`;
    expect(outcomeOf(await guest.api.get(path))).toEqual(notFound);
    expect(outcomeOf(await shop.admin.api.get(path))).toEqual(notFound);
  });

  it('keeps name and price as they were when it was placed', async () => {
    const product = await shop.product({ price: 500 });
    await putInCart(guest, product.id, 2);
    const order = await checkOut(guest);
    await shop.change(product.id, { price: 700, name: 'renamed' });
    await shop.remove(product.id);
    expect(await readOrder(guest.api, order.id)).toEqual(order);
    expect(order.lines).toMatchObject([{ name: product.name, unit_price: 500 }]);
    expect(await shop.total(product.id)).toBe(2);
  });
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
    const products = await atOnce(50, (index) => shop.product({ stock: 2, stock_shards: (index % 2) + 1 }));
    await Promise.all(products.map(({ id }) => putInCart(guest, id, 2)));
    const { lines, total } = await checkOut(guest);
    expect(lines).toHaveLength(50);
    expect(total).toBe(50 * 2 * 1_250);
    expect(await Promise.all(products.map(({ id }) => shop.total(id)))).toEqual(Array(50).fill(2));
  });

  it('sums the largest order exactly', async () => {
    const products = await atOnce(3, () =>
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
      const reply = await tryCheckout(guest, { expectedTotal });
      expect(outcomeOf(reply)).toEqual({ status: 409, code: 'price_changed' });
      expect(pathsOf(reply)).toEqual(['expected_total']);
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
    const reply = await tryCheckout(guest, { expectedTotal: 100 });
    expect(outcomeOf(reply)).toEqual({ status: 409, code: 'price_changed' });
    expect(await shop.read(id)).toMatchObject({ stock: 9, sold: 1 });
  });

  it('names each line that is short, and changes nothing', async () => {
    const plenty = await shop.product({ stock: 100 });
    const few = await shop.product({ stock: 3, stock_shards: 8 });
    const none = await shop.product({ stock: 0 });
    await putInCart(guest, plenty.id, 5);
    await putInCart(guest, few.id, 4);
    const cart = await putInCart(guest, none.id, 1);

    const reply = await tryCheckout(guest);
    expect(outcomeOf(reply)).toEqual({ status: 409, code: 'out_of_stock' });
    const short = reply.problem?.errors?.map(({ product_id, requested, available }) => ({
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
    await shop.supply(id, 1);
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
    const reply = await tryCheckout(guest);
    expect(outcomeOf(reply)).toEqual({ status: 409, code: 'product_unavailable' });
    expect(reply.problem?.errors).toMatchObject([{ product_id: ended.id }]);
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
      const reply = await tryCheckout(guest);
      expect(outcomeOf(reply)).toEqual(exceeded);
      expect(reply.problem?.errors).toMatchObject([{ product_id: id, requested: 2, available: 1 }]);
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

describe('an idempotency key', () => {
  const reused = { status: 422, code: 'idempotency_key_reused' };

  it('gives the first order again, also when the cart was filled again', async () => {
    const { id } = await shop.product();
    const key = newKey();
    await putInCart(guest, id, 2);
    const first = await tryCheckout(guest, { key });
    const order = expectReply(first, 201, orderShape);
    expect(first.headers.has('Idempotent-Replayed')).toBe(false);

    for (const refill of [false, true]) {
      if (refill) await putInCart(guest, id, 3);
      const replay = await tryCheckout(guest, { key });
      expect(replay.status).toBe(201);
      expect(replay.body).toEqual(order);
      expect(replay.headers.get('Idempotent-Replayed')).toBe('true');
      expect(replay.headers.get('Location')).toBe(`/order/${order.id}`);
    }
    expect((await readCart(guest)).lines).toMatchObject([{ quantity: 3 }]);
    expect(await shop.read(id)).toMatchObject({ stock: 8, sold: 2 });
  });

  it('gives the first order again when nothing is left to sell', async () => {
    const { id } = await shop.product({ stock: 1 });
    const key = newKey();
    await putInCart(guest, id, 1);
    const order = await checkOut(guest, { key });
    await putInCart(guest, id, 1);
    expect(outcomeOf(await tryCheckout(guest))).toEqual({ status: 409, code: 'out_of_stock' });
    expect((await tryCheckout(guest, { key })).body).toEqual(order);
  });

  it('belongs to one body', async () => {
    const { id } = await shop.product({ price: 10 });
    const key = newKey();
    await putInCart(guest, id, 1);
    await checkOut(guest, { key, expectedTotal: 10 });
    expect(outcomeOf(await tryCheckout(guest, { key }))).toEqual(reused);
    await putInCart(guest, id, 2);
    expect(outcomeOf(await tryCheckout(guest, { key, expectedTotal: 20 }))).toEqual(reused);
    expect((await readCart(guest)).lines).toMatchObject([{ quantity: 2 }]);
    expect(await shop.total(id)).toBe(1);
    expect((await tryCheckout(guest, { key, expectedTotal: 10 })).status).toBe(201);
  });

  it('is free again after a refusal', async () => {
    const { id } = await shop.product({ stock: 1 });
    const key = newKey();
    await putInCart(guest, id, 2);
    expect(outcomeOf(await tryCheckout(guest, { key })).code).toBe('out_of_stock');
    await putInCart(guest, id, 1);
    const reply = await tryCheckout(guest, { key });
    expect(reply.status).toBe(201);
    expect(reply.headers.has('Idempotent-Replayed')).toBe(false);
  });

  it('is each customer’s own', async () => {
    const { id } = await shop.product();
    const key = newKey();
    const other = await shop.guest();
    for (const customer of [guest, other]) await putInCart(customer, id, 1);
    const first = await checkOut(guest, { key });
    const second = await checkOut(other, { key });
    expect(second.id).not.toBe(first.id);
    expect(second.customer_id).toBe(other.id);
    expect(await shop.total(id)).toBe(2);
  });

  it('can be 255 characters of printable ASCII', async () => {
    const { id } = await shop.product();
    const key = `~!"#$%&'()*+,-./:;<=>?@[]^_{|}${randomUUID()}`.padEnd(255, 'x');
    await putInCart(guest, id, 1);
    const order = await checkOut(guest, { key });
    expect((await checkOut(guest, { key })).id).toBe(order.id);
    await putInCart(guest, id, 1);
    expect((await checkOut(guest, { key: `${key.slice(0, 254)}y` })).id).not.toBe(order.id);
  });
});
