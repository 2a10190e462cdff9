import { randomUUID } from 'node:crypto';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  type Actor,
  type ApiShop,
  checkOut,
  createLocalShop,
  newKey,
  putInCart,
  readCart,
  tryCheckout,
} from '../../support/api-driver/api-driver.ts';
import { expectResponse, outcomeOf } from '../../support/api-driver/client.ts';
import { confirmedOrderSchema } from '../../support/api-driver/response-schemas.ts';

let shop: ApiShop;
let guest: Actor;
beforeAll(async () => {
  shop = await createLocalShop();
});
beforeEach(async () => {
  guest = await shop.guest();
});

describe('Idempotency-Key of POST /order/add', () => {
  it('returns the first order on a retry, even if the cart was filled again', async () => {
    const { id } = await shop.product();
    const key = newKey();
    await putInCart(guest, id, 2);
    const first = await tryCheckout(guest, { key });
    const order = expectResponse(first, 201, confirmedOrderSchema);
    expect(first.headers.has('Idempotent-Replayed')).toBe(false);

    for (const fillAgain of [false, true]) {
      if (fillAgain) await putInCart(guest, id, 3);
      const replay = await tryCheckout(guest, { key });
      expect(replay.status).toBe(201);
      expect(replay.body).toEqual(order);
      expect(replay.headers.get('Idempotent-Replayed')).toBe('true');
      expect(replay.headers.get('Location')).toBe(`/order/${order.id}`);
    }
    expect((await readCart(guest)).lines).toMatchObject([{ quantity: 3 }]);
    expect(await shop.read(id)).toMatchObject({ stock: 8, sold: 2 });
  });

  it('returns the first order after the product sold out', async () => {
    const { id } = await shop.product({ stock: 1 });
    const key = newKey();
    await putInCart(guest, id, 1);
    const order = await checkOut(guest, { key });
    await putInCart(guest, id, 1);
    expect(outcomeOf(await tryCheckout(guest))).toEqual({ status: 409, code: 'out_of_stock' });
    expect((await tryCheckout(guest, { key })).body).toEqual(order);
  });

  it('is not used up by a rejected order', async () => {
    const { id } = await shop.product({ stock: 1 });
    const key = newKey();
    await putInCart(guest, id, 2);
    expect(outcomeOf(await tryCheckout(guest, { key })).code).toBe('out_of_stock');
    await putInCart(guest, id, 1);
    const response = await tryCheckout(guest, { key });
    expect(response.status).toBe(201);
    expect(response.headers.has('Idempotent-Replayed')).toBe(false);
  });

  it('creates separate orders for two customers with the same key', async () => {
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

  it('accepts 255 characters of printable ASCII except the comma', async () => {
    const { id } = await shop.product();
    const key = `~!"#$%&'()*+-./:;<=>?@[]^_{|}${randomUUID()}`.padEnd(255, 'x');
    await putInCart(guest, id, 1);
    const order = await checkOut(guest, { key });
    expect((await checkOut(guest, { key })).id).toBe(order.id);
    await putInCart(guest, id, 1);
    expect((await checkOut(guest, { key: `${key.slice(0, 254)}y` })).id).not.toBe(order.id);
  });
});
