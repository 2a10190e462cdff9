import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  type Actor,
  type ApiShop,
  checkOut,
  createLocalShop,
  eventually,
  putInCart,
  readOrder,
} from '../../support/api-driver/api-driver.ts';
import { expectResponse } from '../../support/api-driver/client.ts';
import { uniqueName } from '../../support/api-driver/request-bodies.ts';
import {
  cartSchema,
  confirmedOrderSchema,
  guestSchema,
  productSchema,
  productTotalSchema,
} from '../../support/api-driver/response-schemas.ts';

let shop: ApiShop;
let guest: Actor;
beforeAll(async () => {
  shop = await createLocalShop();
});
beforeEach(async () => {
  guest = await shop.guest();
});

describe('the 12.12 scenario', () => {
  it('takes a customer from sign-up to the total ordered', async () => {
    const { anyone, admin } = shop;
    const username = uniqueName('customer');
    const customer = expectResponse(await anyone.post('/customer/add', { username }), 201, guestSchema);
    const api = anyone.as(customer.access_token);

    const product_name = uniqueName('laptop');
    const added = await admin.api.post('/product/add', { product_name, stock: 10, price: 99_900 });
    const { id: product_id } = expectResponse(added, 201, productSchema);
    const restocked = await admin.api.post('/product/add-stock', { product_id, stock: 5 });
    expect(expectResponse(restocked, 200, productSchema).stock).toBe(15);
    await eventually(async () =>
      expect((await shop.list('/product/all')).find(({ id }) => id === product_id)?.stock).toBe(15),
    );

    const customer_id = customer.id;
    const line = { customer_id, product_id, quantity: 3 };
    expect(expectResponse(await api.post('/cart/add', line), 200, cartSchema).total).toBe(299_700);
    await api.post('/cart/remove', { customer_id, product_id });
    await api.post('/cart/add', { ...line, quantity: 4 });

    const placed = await api.post('/order/add', { customer_id });
    const order = expectResponse(placed, 201, confirmedOrderSchema);
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
    expect(expectResponse(total, 200, productTotalSchema)).toEqual({ product_id, total_quantity: 4 });
    expect((await api.get(`/order/${order.id}`)).body).toEqual(order);
  });
});

describe('GET /order/{order_id}', () => {
  it('returns the order to its customer and to an ADMIN', async () => {
    const { id } = await shop.product();
    await putInCart(guest, id, 1);
    const order = await checkOut(guest);
    expect(await readOrder(guest.api, order.id)).toEqual(order);
    expect(await readOrder(shop.admin.api, order.id)).toEqual(order);
    expect(await readOrder(guest.api, order.id.toUpperCase())).toEqual(order);
  });

  it('returns the name and price at the time of the order', async () => {
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
