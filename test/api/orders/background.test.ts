import { beforeAll, describe, expect, it } from 'vitest';
import {
  type ApiShop,
  atOnce,
  newKey,
  openShop,
  putInCart,
  tryCheckout,
} from '../../support/api-driver/api-driver.ts';
import { expectReply, outcomeOf, pathsOf } from '../../support/api-driver/client.ts';
import {
  allOrders,
  anyOrderShape,
  decided,
  orderPageShape,
  submit,
  trySubmit,
} from '../../support/api-driver/submitted-orders.ts';
import { until } from '../../support/services/processes.ts';

let store: ApiShop;
beforeAll(async () => {
  store = await openShop();
});

describe('POST /order', () => {
  it('accepts at once and decides in the background', async () => {
    const guest = await store.guest();
    const { id: product } = await store.product({ stock: 5, price: 300 });
    const body = {
      items: [
        { id: product, quantity: 1 },
        { id: product, quantity: 2 },
      ],
    };
    const reply = await guest.api.post('/order', body);

    const order = expectReply(reply, 202, anyOrderShape);
    expect(order).toMatchObject({ status: 'PENDING', customer_id: guest.id, total: 900 });
    expect(order.lines).toMatchObject([{ product_id: product, quantity: 3, unit_price: 300 }]);
    expect(reply.headers.get('Location')).toBe(`/order/${order.id}`);
    expect(await decided(guest, order.id)).toMatchObject({ status: 'CONFIRMED', total: 900 });
    expect(await store.read(product)).toMatchObject({ stock: 2, sold: 3 });
  });

  it('rejects in the background what sold out meanwhile, with the short line', async () => {
    const guest = await store.guest();
    const { id: product } = await store.product({ stock: 3, stock_shards: 1 });
    const replies = await atOnce(5, () => trySubmit(guest, product, 2));
    const accepted = replies.filter(({ status }) => status === 202);
    const orders = await Promise.all(
      accepted.map((reply) => decided(guest, expectReply(reply, 202, anyOrderShape).id)),
    );

    expect(orders.filter(({ status }) => status === 'CONFIRMED')).toHaveLength(1);
    for (const { status, reason, short_lines } of orders.filter(({ status }) => status !== 'CONFIRMED')) {
      expect({ status, reason, short_lines }).toEqual({
        status: 'REJECTED',
        reason: 'out_of_stock',
        short_lines: [{ product_id: product, requested: 2, available: 1 }],
      });
    }
    expect(await store.total(product)).toBe(2);
  });

  it('refuses at the door, and writes nothing, once it is known to be sold out', async () => {
    const guest = await store.guest();
    const { id: product } = await store.product({ stock: 0 });

    const reply = await trySubmit(guest, product);

    expect(outcomeOf(reply)).toEqual({ status: 409, code: 'out_of_stock' });
    expect(reply.problem?.errors).toMatchObject([{ product_id: product, requested: 1, available: 0 }]);
    expect(await allOrders(guest)).toEqual([]);
  });

  it('takes a restock up within a second', async () => {
    const guest = await store.guest();
    const { id: product } = await store.product({ stock: 0 });
    expect(outcomeOf(await trySubmit(guest, product)).code).toBe('out_of_stock');
    await store.supply(product, 5);
    const start = performance.now();
    await until(async () => (await trySubmit(guest, product)).status === 202);
    // The memory of one second, and the time that requests take here.
    expect(performance.now() - start).toBeLessThan(5_000);
  });

  it('makes one order of one key, however many requests race', async () => {
    const guest = await store.guest();
    const { id: product } = await store.product({ stock: 10 });
    const key = newKey();
    const replies = await atOnce(20, () => trySubmit(guest, product, 1, { key }));

    expect(new Set(replies.map(({ status }) => status))).toEqual(new Set([202]));
    const ids = replies.map((reply) => expectReply(reply, 202, anyOrderShape).id);
    expect(new Set(ids).size).toBe(1);
    expect(replies.filter(({ headers }) => headers.get('Idempotent-Replayed') === null)).toHaveLength(1);
    await decided(guest, ids[0] ?? '');
    expect(await store.read(product)).toMatchObject({ stock: 9, sold: 1 });
    expect(outcomeOf(await trySubmit(guest, product, 2, { key }))).toEqual({
      status: 422,
      code: 'idempotency_key_reused',
    });
    // One key means one thing, for both ways to order.
    await putInCart(guest, product, 1);
    expect(outcomeOf(await tryCheckout(guest, { key })).code).toBe('idempotency_key_reused');
  });

  it('refuses unknown, deleted and inactive products and more than the limit', async () => {
    const guest = await store.guest();
    const { id: deleted } = await store.product();
    await store.remove(deleted);
    const { id: inactive } = await store.product();
    await store.change(inactive, { active: false });
    const { id: limited } = await store.product({ limit_per_customer: 2 });

    expect(outcomeOf(await trySubmit(guest, guest.id))).toEqual({ status: 404, code: 'product_not_found' });
    expect(outcomeOf(await trySubmit(guest, deleted))).toEqual({ status: 404, code: 'product_not_found' });
    expect(outcomeOf(await trySubmit(guest, inactive))).toEqual({ status: 409, code: 'product_unavailable' });
    expect(outcomeOf(await trySubmit(guest, limited, 3))).toEqual({ status: 409, code: 'limit_exceeded' });
    expect(await allOrders(guest)).toEqual([]);
  });

  it('holds the sum of lines to what one line may hold', async () => {
    const guest = await store.guest();
    const { id } = await store.product({ stock: 10 });
    const items = [1, 2].map(() => ({ id, quantity: 600_000 }));

    const reply = await guest.api.post('/order', { items });

    expect(outcomeOf(reply)).toEqual({ status: 422, code: 'invalid_request' });
    expect(pathsOf(reply)).toEqual(['items']);
    expect(await allOrders(guest)).toEqual([]);
  });

  it('counts a purchase limit over both ways to order and gives it back with a cancellation', async () => {
    const guest = await store.guest();
    const { id: product } = await store.product({ limit_per_customer: 3 });
    const first = await decided(guest, (await submit(guest, product, 2)).id);
    expect(first.status).toBe('CONFIRMED');
    const second = await decided(guest, (await submit(guest, product, 2)).id);
    expect(second).toMatchObject({
      status: 'REJECTED',
      reason: 'limit_exceeded',
      short_lines: [{ product_id: product, requested: 2, available: 1 }],
    });
    await putInCart(guest, product, 2);
    expect(outcomeOf(await tryCheckout(guest)).code).toBe('limit_exceeded');

    expect((await guest.api.post(`/order/${first.id}/cancel`)).status).toBe(200);

    expect((await tryCheckout(guest)).status).toBe(201);
  });
});

describe('POST /order/{order_id}/cancel', () => {
  it('gives units back once, however many cancel at once', async () => {
    const guest = await store.guest();
    const { id: product } = await store.product({ stock: 6 });
    const { id } = await decided(guest, (await submit(guest, product, 6)).id);

    const replies = await atOnce(8, () => guest.api.post(`/order/${id}/cancel`));

    expect(replies.filter(({ status }) => status === 200)).toHaveLength(1);
    for (const reply of replies.filter(({ status }) => status !== 200)) {
      expect(outcomeOf(reply)).toEqual({ status: 409, code: 'order_not_cancellable' });
    }
    expect(await store.read(product)).toMatchObject({ stock: 6, sold: 0 });
    expect(await store.total(product)).toBe(0);
  });

  it('refuses rejected and unknown orders', async () => {
    const guest = await store.guest();
    const { id: product } = await store.product({ stock: 3, limit_per_customer: 1 });
    const { id: confirmed } = await decided(guest, (await submit(guest, product)).id);
    const { id: rejected } = await decided(guest, (await submit(guest, product)).id);

    const cancel = async (api: typeof guest.api, id: string) =>
      outcomeOf(await api.post(`/order/${id}/cancel`));
    expect(await cancel(guest.api, rejected)).toEqual({ status: 409, code: 'order_not_cancellable' });
    expect(await cancel(guest.api, guest.id)).toEqual({ status: 404, code: 'order_not_found' });
    expect(await store.read(product)).toMatchObject({ stock: 2, sold: 1 });
    expect(await cancel(store.admin.api, confirmed)).toEqual({ status: 200, code: undefined });
  });
});

describe('GET /order', () => {
  it('lists newest first, page by page, by status, and for an ADMIN of any customer', async () => {
    const [guest, stranger] = [await store.guest(), await store.guest()];
    const { id: product } = await store.product({ stock: 100 });
    const ids: string[] = [];
    for (let index = 0; index < 7; index++) ids.push((await submit(guest, product)).id);
    for (const id of ids) await decided(guest, id);
    await guest.api.post(`/order/${ids[2]}/cancel`);

    const newestFirst = [...ids].reverse();
    expect((await allOrders(guest)).map(({ id }) => id)).toEqual(newestFirst);
    const page = expectReply(await guest.api.get('/order?limit=3'), 200, orderPageShape);
    expect(page.items.map(({ id }) => id)).toEqual(newestFirst.slice(0, 3));
    const next = expectReply(
      await guest.api.get(`/order?limit=3&cursor=${page.next_cursor}`),
      200,
      orderPageShape,
    );
    expect(next.items.map(({ id }) => id)).toEqual(newestFirst.slice(3, 6));
    expect((await allOrders(guest, '&status=CANCELLED')).map(({ id }) => id)).toEqual([ids[2]]);

    expect((await allOrders(store.admin, `&customer_id=${guest.id}`)).map(({ id }) => id)).toEqual(
      newestFirst,
    );
    expect(await allOrders(stranger)).toEqual([]);
  });
});
