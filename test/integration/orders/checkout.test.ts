import { beforeEach, describe, expect, it } from 'vitest';
import { newId } from '../../../lib/platform/ids.ts';
import { updateProduct } from '../../../lib/products/update-product.ts';
import { createOrderFixture, type OrderFixture } from '../../support/order-fixtures.ts';

let shop: OrderFixture;
beforeEach(async () => {
  shop = await createOrderFixture();
});

describe('a checkout', () => {
  it('confirms the order, takes the stock and empties the cart', async () => {
    const keyboard = await shop.sell({ stock: 5, price: 300 });
    const customer_id = await shop.customer({ [keyboard]: 2 });
    const { order, replayed } = await shop.checkout({ customer_id, expected_total: 600 });
    expect(order).toMatchObject({ status: 'CONFIRMED', total: 600, currency: 'EUR', customer_id });
    expect(replayed).toBe(false);
    expect((await shop.carts.get(customer_id)).lines).toEqual([]);
    expect((await shop.books()).confirmed).toEqual([order]);
  });

  it('changes nothing when one line is short, and names that line', async () => {
    const [plenty, scarce] = [await shop.sell({ stock: 5 }), await shop.sell({ stock: 1 })];
    const customer_id = await shop.customer({ [plenty]: 1, [scarce]: 2 });
    const cart = await shop.carts.get(customer_id);
    await expect(shop.checkout({ customer_id })).rejects.toMatchObject({
      code: 'out_of_stock',
      details: { errors: [{ product_id: scarce, requested: 2, available: 1 }] },
    });
    expect(await shop.carts.get(customer_id)).toEqual(cart);
    expect((await shop.books()).orders).toEqual([]);
  });

  it('sells the last units that are spread over all shards as one order', async () => {
    const keyboard = await shop.sell({ stock: 32, stock_shards: 32 });
    const customer_id = await shop.customer({ [keyboard]: 32 });
    const { order } = await shop.checkout({ customer_id });
    expect(order.allocations).toHaveLength(32);
    await shop.books();
  });

  it('gathers units where it needs more shards than one transaction can write', async () => {
    const products = await Promise.all([0, 1, 2, 3].map(() => shop.sell({ stock: 32, stock_shards: 32 })));
    const customer_id = await shop.customer(Object.fromEntries(products.map((id) => [id, 32])));
    const { order } = await shop.checkout({ customer_id });
    expect(order.lines.map(({ quantity }) => quantity)).toEqual([32, 32, 32, 32]);
    await shop.books();
  });

  it('places 50 lines', async () => {
    const products = await Promise.all(Array.from({ length: 50 }, () => shop.sell({ stock: 1 })));
    const customer_id = await shop.customer(Object.fromEntries(products.map((id) => [id, 1])));
    expect((await shop.checkout({ customer_id })).order.lines).toHaveLength(50);
    await shop.books();
  });

  it('places 50 lines of products with a purchase limit', async () => {
    const products = await Promise.all(
      Array.from({ length: 50 }, () => shop.sell({ stock: 1, limit_per_customer: 1 })),
    );
    const customer_id = await shop.customer(Object.fromEntries(products.map((id) => [id, 1])));
    expect((await shop.checkout({ customer_id })).order.lines).toHaveLength(50);
    await shop.books();
  });

  it('of an empty cart is refused', async () => {
    await expect(shop.checkout({ customer_id: newId() })).rejects.toMatchObject({ code: 'cart_empty' });
  });

  it('with a key that was used for another request is refused', async () => {
    const keyboard = await shop.sell({ price: 100 });
    const customer_id = await shop.customer({ [keyboard]: 1 });
    await shop.checkout({ customer_id, idempotency_key: 'k' });
    await expect(
      shop.checkout({ customer_id, idempotency_key: 'k', expected_total: 100 }),
    ).rejects.toMatchObject({ code: 'idempotency_key_reused' });
  });

  it('repeated with its key gives the first order, though the cart holds something else by now', async () => {
    const keyboard = await shop.sell();
    const customer_id = await shop.customer({ [keyboard]: 1 });
    const { order } = await shop.checkout({ customer_id, idempotency_key: 'k' });
    await shop.customer({ [keyboard]: 5 }, customer_id);
    expect(await shop.checkout({ customer_id, idempotency_key: 'k' })).toEqual({ order, replayed: true });
    expect((await shop.carts.get(customer_id)).lines).toHaveLength(1);
    await shop.books();
  });

  it('orders what the cart holds at that moment when it changes meanwhile', async () => {
    const keyboard = await shop.sell({ stock: 50 });
    const customer_id = await shop.customer({ [keyboard]: 1 });
    let changed = false;
    const container = shop.container();
    const carts = {
      ...container.carts,
      get: async (id: string) => {
        const cart = await container.carts.get(id);
        if (!changed) await shop.customer({ [keyboard]: 3 }, customer_id);
        changed = true;
        return cart;
      },
    };
    const { order } = await shop.container(undefined, { carts }).checkout({ customer_id });
    expect(order.lines).toMatchObject([{ quantity: 3 }]);
    await shop.books();
  });
});

describe('a copy of the product that is out of date', () => {
  async function outdated() {
    const keyboard = await shop.sell({ price: 1_000, stock: 20, stock_shards: 2 });
    const container = shop.container();
    await container.inventory.find([keyboard]);
    await updateProduct(shop, shop.inventory, keyboard, { price: 1_200 });
    return { keyboard, container };
  }

  it('makes the order pay the new price', async () => {
    const { keyboard, container } = await outdated();
    const customer_id = await shop.customer({ [keyboard]: 2 });
    expect((await container.checkout({ customer_id })).order).toMatchObject({ total: 2_400 });
    await shop.books();
  });

  it('makes no order at a total that was not expected', async () => {
    const { keyboard, container } = await outdated();
    const customer_id = await shop.customer({ [keyboard]: 2 });
    await expect(container.checkout({ customer_id, expected_total: 2_000 })).rejects.toMatchObject({
      code: 'price_changed',
    });
    expect((await shop.books()).orders).toEqual([]);
  });

  it('makes no order wait that expects the new total', async () => {
    const { keyboard, container } = await outdated();
    const customer_id = await shop.customer({ [keyboard]: 2 });
    expect((await container.checkout({ customer_id, expected_total: 2_400 })).order.total).toBe(2_400);
  });

  it('sells nothing of a product that was taken off sale', async () => {
    const keyboard = await shop.sell();
    const container = shop.container();
    await container.inventory.find([keyboard]);
    await updateProduct(shop, shop.inventory, keyboard, { active: false });
    const customer_id = await shop.customer({ [keyboard]: 1 });
    await expect(container.checkout({ customer_id })).rejects.toMatchObject({ code: 'product_unavailable' });
    expect((await shop.books()).orders).toEqual([]);
  });

  it('refuses nobody by a purchase limit that was raised', async () => {
    const keyboard = await shop.sell({ limit_per_customer: 2 });
    const container = shop.container();
    await container.inventory.find([keyboard]);
    await updateProduct(shop, shop.inventory, keyboard, { limit_per_customer: 4 });
    const customer_id = await shop.customer({ [keyboard]: 2 });
    await container.checkout({ customer_id });
    await shop.customer({ [keyboard]: 2 }, customer_id);
    await container.checkout({ customer_id });
    await expect(shop.books()).resolves.toMatchObject({ confirmed: { length: 2 } });
  });
});
