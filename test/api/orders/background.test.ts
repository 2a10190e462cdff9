import { beforeAll, describe, expect, it } from 'vitest';
import {
  type ApiShop,
  createLocalShop,
  inParallel,
  newKey,
  putInCart,
  tryCheckout,
} from '../../support/api-driver/api-driver.ts';
import { expectResponse, outcomeOf, pathsOf } from '../../support/api-driver/client.ts';
import {
  awaitDecision,
  listOrders,
  orderPageSchema,
  orderSchema,
  submit,
  trySubmit,
} from '../../support/api-driver/submitted-orders.ts';
import { until } from '../../support/services/processes.ts';

let shop: ApiShop;
beforeAll(async () => {
  shop = await createLocalShop();
});

describe('POST /order', () => {
  it('returns a PENDING order at once and confirms it in the background', async () => {
    const guest = await shop.guest();
    const { id: product } = await shop.product({ stock: 5, price: 300 });
    const body = {
      items: [
        { id: product, quantity: 1 },
        { id: product, quantity: 2 },
      ],
    };
    const response = await guest.api.post('/order', body);

    const order = expectResponse(response, 202, orderSchema);
    expect(order).toMatchObject({ status: 'PENDING', customer_id: guest.id, total: 900 });
    expect(order.lines).toMatchObject([{ product_id: product, quantity: 3, unit_price: 300 }]);
    expect(response.headers.get('Location')).toBe(`/order/${order.id}`);
    expect(await awaitDecision(guest, order.id)).toMatchObject({ status: 'CONFIRMED', total: 900 });
    expect(await shop.read(product)).toMatchObject({ stock: 2, sold: 3 });
  });

  it('rejects orders in the background when the stock runs out, and lists the short lines', async () => {
    const guest = await shop.guest();
    const { id: product } = await shop.product({ stock: 3, stock_shards: 1 });
    const responses = await inParallel(5, () => trySubmit(guest, product, 2));
    const accepted = responses.filter(({ status }) => status === 202);
    const orders = await Promise.all(
      accepted.map((response) => awaitDecision(guest, expectResponse(response, 202, orderSchema).id)),
    );

    expect(orders.filter(({ status }) => status === 'CONFIRMED')).toHaveLength(1);
    for (const { status, reason, short_lines } of orders.filter(({ status }) => status !== 'CONFIRMED')) {
      expect({ status, reason, short_lines }).toEqual({
        status: 'REJECTED',
        reason: 'out_of_stock',
        short_lines: [{ product_id: product, requested: 2, available: 1 }],
      });
    }
    expect(await shop.total(product)).toBe(2);
  });

  it('rejects without writing once the product is known to be sold out', async () => {
    const guest = await shop.guest();
    const { id: product } = await shop.product({ stock: 0 });

    const response = await trySubmit(guest, product);

    expect(outcomeOf(response)).toEqual({ status: 409, code: 'out_of_stock' });
    expect(response.problem?.errors).toMatchObject([{ product_id: product, requested: 1, available: 0 }]);
    expect(await listOrders(guest)).toEqual([]);
  });

  it('accepts orders again shortly after a restock', async () => {
    const guest = await shop.guest();
    const { id: product } = await shop.product({ stock: 0 });
    expect(outcomeOf(await trySubmit(guest, product)).code).toBe('out_of_stock');
    await shop.restock(product, 5);
    const start = performance.now();
    await until(async () => (await trySubmit(guest, product)).status === 202);
    // The cached shortage lasts one second; the rest is time for requests.
    expect(performance.now() - start).toBeLessThan(5_000);
  });

  it('creates one order when parallel requests share an Idempotency-Key', async () => {
    const guest = await shop.guest();
    const { id: product } = await shop.product({ stock: 10 });
    const key = newKey();
    const responses = await inParallel(20, () => trySubmit(guest, product, 1, { key }));

    expect(new Set(responses.map(({ status }) => status))).toEqual(new Set([202]));
    const ids = responses.map((response) => expectResponse(response, 202, orderSchema).id);
    expect(new Set(ids).size).toBe(1);
    expect(responses.filter(({ headers }) => headers.get('Idempotent-Replayed') === null)).toHaveLength(1);
    await awaitDecision(guest, ids[0] ?? '');
    expect(await shop.read(product)).toMatchObject({ stock: 9, sold: 1 });
    expect(outcomeOf(await trySubmit(guest, product, 2, { key }))).toEqual({
      status: 422,
      code: 'idempotency_key_reused',
    });
    // A key is shared by both ways to order.
    await putInCart(guest, product, 1);
    expect(outcomeOf(await tryCheckout(guest, { key })).code).toBe('idempotency_key_reused');
  });

  it('returns invalid_request if lines of one product add up to more than one line allows', async () => {
    const guest = await shop.guest();
    const { id } = await shop.product({ stock: 10 });
    const items = [1, 2].map(() => ({ id, quantity: 600_000 }));

    const response = await guest.api.post('/order', { items });

    expect(outcomeOf(response)).toEqual({ status: 422, code: 'invalid_request' });
    expect(pathsOf(response)).toEqual(['items']);
    expect(await listOrders(guest)).toEqual([]);
  });

  it('counts purchases of both ways to order, and a cancellation releases them', async () => {
    const guest = await shop.guest();
    const { id: product } = await shop.product({ limit_per_customer: 3 });
    const first = await awaitDecision(guest, (await submit(guest, product, 2)).id);
    expect(first.status).toBe('CONFIRMED');
    const second = await awaitDecision(guest, (await submit(guest, product, 2)).id);
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
  it('releases the units once when requests race', async () => {
    const guest = await shop.guest();
    const { id: product } = await shop.product({ stock: 6 });
    const { id } = await awaitDecision(guest, (await submit(guest, product, 6)).id);

    const responses = await inParallel(8, () => guest.api.post(`/order/${id}/cancel`));

    expect(responses.filter(({ status }) => status === 200)).toHaveLength(1);
    for (const response of responses.filter(({ status }) => status !== 200)) {
      expect(outcomeOf(response)).toEqual({ status: 409, code: 'order_not_cancellable' });
    }
    expect(await shop.read(product)).toMatchObject({ stock: 6, sold: 0 });
    expect(await shop.total(product)).toBe(0);
  });

  it('returns order_not_cancellable for a REJECTED order', async () => {
    const guest = await shop.guest();
    const { id: product } = await shop.product({ stock: 3, limit_per_customer: 1 });
    await awaitDecision(guest, (await submit(guest, product)).id);
    const { id, status } = await awaitDecision(guest, (await submit(guest, product)).id);
    expect(status).toBe('REJECTED');

    expect(outcomeOf(await guest.api.post(`/order/${id}/cancel`))).toEqual({
      status: 409,
      code: 'order_not_cancellable',
    });
    expect(await shop.read(product)).toMatchObject({ stock: 2, sold: 1 });
  });
});

describe('GET /order', () => {
  it('lists orders newest first, by page, by status, and by customer for an ADMIN', async () => {
    const [guest, stranger] = [await shop.guest(), await shop.guest()];
    const { id: product } = await shop.product({ stock: 100 });
    const ids: string[] = [];
    for (let index = 0; index < 7; index++) ids.push((await submit(guest, product)).id);
    for (const id of ids) await awaitDecision(guest, id);
    await guest.api.post(`/order/${ids[2]}/cancel`);

    const newestFirst = [...ids].reverse();
    expect((await listOrders(guest)).map(({ id }) => id)).toEqual(newestFirst);
    const page = expectResponse(await guest.api.get('/order?limit=3'), 200, orderPageSchema);
    expect(page.items.map(({ id }) => id)).toEqual(newestFirst.slice(0, 3));
    const next = expectResponse(await guest.api.get(`/order?limit=3&cursor=${page.next_cursor}`), 200, orderPageSchema);
    expect(next.items.map(({ id }) => id)).toEqual(newestFirst.slice(3, 6));
    expect((await listOrders(guest, '&status=CANCELLED')).map(({ id }) => id)).toEqual([ids[2]]);

    expect((await listOrders(shop.admin, `&customer_id=${guest.id}`)).map(({ id }) => id)).toEqual(newestFirst);
    expect(await listOrders(stranger)).toEqual([]);
  });
});
