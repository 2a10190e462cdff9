import { beforeAll, describe, expect, it } from 'vitest';
import {
  type Actor,
  type ApiShop,
  atOnce,
  newKey,
  openShop,
  putInCart,
  readCart,
  readOrder,
  tryCheckout,
} from '../../support/api-driver/api-driver.ts';
import { expectReply, outcomeOf, type Reply } from '../../support/api-driver/client.ts';
import { orderShape } from '../../support/api-driver/response-schemas.ts';

let shop: ApiShop;
let crowd: Actor[];
beforeAll(async () => {
  shop = await openShop();
  crowd = await atOnce(30, shop.guest);
});

const isPlaced = ({ status }: Reply) => status === 201;
const orderOf = (reply: Reply) => expectReply(reply, 201, orderShape);

/** Units of the product over these orders, each read back from the service. */
async function unitsReadBack(replies: readonly Reply[], productId: string): Promise<number> {
  const orders = await Promise.all(
    replies.filter(isPlaced).map((reply) => readOrder(shop.admin.api, orderOf(reply).id)),
  );
  return orders
    .flatMap(({ lines }) => lines)
    .filter(({ product_id }) => product_id === productId)
    .reduce((sum, { quantity }) => sum + quantity, 0);
}

describe('the 12.12 scenario: 299 units, 10 customers, 11 orders of 3 each', () => {
  it.each([1, 8])('sells 297 units in 99 orders from %i stock shards', async (stock_shards) => {
    const { id } = await shop.product({ stock: 299, stock_shards });
    const customers = await atOnce(10, shop.guest);
    const rounds = await Promise.all(
      customers.map(async (customer) => {
        const replies: Reply[] = [];
        for (let round = 0; round < 11; round++) {
          await putInCart(customer, id, 3);
          replies.push(await tryCheckout(customer));
        }
        return replies;
      }),
    );
    const replies = rounds.flat();
    expect(await shop.read(id)).toMatchObject({ stock: 2, sold: 297 });
    expect(await shop.total(id)).toBe(297);
    expect(replies.filter(isPlaced)).toHaveLength(99);
    const refused = replies.filter((reply) => !isPlaced(reply));
    expect(refused.map(outcomeOf)).toEqual(Array(11).fill({ status: 409, code: 'out_of_stock' }));
    expect(new Set(replies.filter(isPlaced).map((reply) => orderOf(reply).id)).size).toBe(99);
    expect(await unitsReadBack(replies, id)).toBe(297);
  });
});

describe('many customers at once', () => {
  it.each([
    { stock: 10, stock_shards: 1, quantity: 1 },
    { stock: 10, stock_shards: 4, quantity: 1 },
    { stock: 10, stock_shards: 32, quantity: 1 },
    { stock: 25, stock_shards: 8, quantity: 5 },
  ])('sell out $stock units in $stock_shards shards, $quantity each, to the last', async (sale) => {
    const { stock, stock_shards, quantity } = sale;
    const { id } = await shop.product({ stock, stock_shards });
    await Promise.all(crowd.map((customer) => putInCart(customer, id, quantity)));
    const replies = await Promise.all(crowd.map((customer) => tryCheckout(customer)));
    expect(await shop.read(id)).toMatchObject({ stock: 0, sold: stock });
    expect(replies.filter(isPlaced)).toHaveLength(stock / quantity);
    expect(await unitsReadBack(replies, id)).toBe(stock);
    // Who got nothing still has the cart, and who got an order has none.
    const carts = await Promise.all(crowd.map(readCart));
    expect(carts.map(({ lines }) => lines.length)).toEqual(replies.map((reply) => (isPlaced(reply) ? 0 : 1)));
    await Promise.all(
      crowd.map(({ id: customer_id, api }) => api.post('/cart/remove', { customer_id, product_id: id })),
    );
  });

  it('buy no more than the limit each, however many orders they send at once', async () => {
    const { id } = await shop.product({ stock: 100, limit_per_customer: 3, stock_shards: 8 });
    const customers = await atOnce(4, shop.guest);
    await Promise.all(
      customers.map((customer) =>
        atOnce(8, async () => {
          await putInCart(customer, id, 1);
          await tryCheckout(customer);
        }),
      ),
    );
    for (const customer of customers) {
      await putInCart(customer, id, 1);
      // What is left of the limit, until none is.
      while (isPlaced(await tryCheckout(customer))) await putInCart(customer, id, 1);
    }
    expect(await shop.read(id)).toMatchObject({ stock: 88, sold: 12 });
  });
});

describe('two products in two carts, racing for the last unit of each', () => {
  it.each([1, 4])('are sold together or not at all, from %i stock shards', async (stock_shards) => {
    const forward = await shop.guest();
    const backward = await shop.guest();
    for (let round = 0; round < 12; round++) {
      const [a, b] = await atOnce(2, () => shop.product({ stock: 1, stock_shards }));
      if (a === undefined || b === undefined) throw new Error('there are two');
      const fill = async (actor: Actor, ids: string[]) => {
        for (const id of ids) await putInCart(actor, id, 1);
      };
      await Promise.all([fill(forward, [a.id, b.id]), fill(backward, [b.id, a.id])]);
      const replies = await Promise.all([tryCheckout(forward), tryCheckout(backward)]);

      expect(replies.filter(isPlaced)).toHaveLength(1);
      const lost = replies.find((reply) => !isPlaced(reply));
      expect(lost && outcomeOf(lost)).toEqual({ status: 409, code: 'out_of_stock' });
      for (const { id } of [a, b]) {
        expect(await shop.read(id)).toMatchObject({ stock: 0, sold: 1 });
        expect(await unitsReadBack(replies, id)).toBe(1);
      }
    }
  });

  it('never leave a half order when their lines overlap in part', async () => {
    for (let round = 0; round < 5; round++) {
      const products = await atOnce(3, () => shop.product({ stock: 2, stock_shards: 2 }));
      const customers = await atOnce(6, shop.guest);
      // Customer n wants all of product n and of the next one, so neighbours exclude each other.
      const wants = customers.map((_, n) => [products[n % 3]?.id ?? '', products[(n + 1) % 3]?.id ?? '']);
      await Promise.all(
        customers.flatMap((customer, n) => (wants[n] ?? []).map((id) => putInCart(customer, id, 2))),
      );
      const replies = await Promise.all(customers.map((customer) => tryCheckout(customer)));
      expect(replies.filter(isPlaced)).toHaveLength(1);
      expect(replies.filter(isPlaced).map((reply) => orderOf(reply).lines.length)).toEqual([2]);
      for (const { id } of products) {
        const { stock, sold } = await shop.read(id);
        expect(stock + sold).toBe(2);
        expect(sold).toBe(await unitsReadBack(replies, id));
      }
    }
  });
});

describe('one request, sent many times at once', () => {
  it('with an idempotency key makes one order and 20 equal replies', async () => {
    const { id } = await shop.product({ stock: 100, stock_shards: 4 });
    const guest = await shop.guest();
    for (let round = 1; round <= 3; round++) {
      const key = newKey();
      await putInCart(guest, id, 2);
      const replies = await atOnce(20, () => tryCheckout(guest, { key }));
      const order = orderOf(replies[0] ?? (await tryCheckout(guest, { key })));
      for (const reply of replies) expect(orderOf(reply)).toEqual(order);
      const first = replies.filter(({ headers }) => !headers.has('Idempotent-Replayed'));
      expect(first).toHaveLength(1);
      expect(await shop.read(id)).toMatchObject({ stock: 100 - 2 * round, sold: 2 * round });
      expect((await readCart(guest)).lines).toEqual([]);
    }
  });

  it('without a key turns the cart into one order', async () => {
    const { id } = await shop.product({ stock: 100, stock_shards: 4 });
    const guest = await shop.guest();
    for (let round = 1; round <= 3; round++) {
      await putInCart(guest, id, 2);
      const replies = await atOnce(20, () => tryCheckout(guest));
      expect(replies.filter(isPlaced)).toHaveLength(1);
      for (const reply of replies.filter((other) => !isPlaced(other)))
        expect(['cart_empty', 'contention']).toContain(outcomeOf(reply).code);
      expect(await shop.read(id)).toMatchObject({ stock: 100 - 2 * round, sold: 2 * round });
    }
  });

  it('with a key and another body makes one order and refuses the other body', async () => {
    const { id } = await shop.product({ price: 10 });
    const guest = await shop.guest();
    const key = newKey();
    await putInCart(guest, id, 1);
    const replies = await atOnce(20, (n) => tryCheckout(guest, n % 2 ? { key, expectedTotal: 10 } : { key }));
    const placed = replies.filter(isPlaced);
    expect(placed).toHaveLength(10);
    expect(new Set(placed.map((reply) => orderOf(reply).id)).size).toBe(1);
    for (const reply of replies.filter((other) => !isPlaced(other)))
      expect(outcomeOf(reply)).toEqual({ status: 422, code: 'idempotency_key_reused' });
    expect(await shop.total(id)).toBe(1);
  });

  it('orders exactly what is in the cart while the cart keeps changing', async () => {
    const { id } = await shop.product({ stock: 1_000, stock_shards: 4 });
    const guest = await shop.guest();
    const replies: Reply[] = [];
    await Promise.all([
      (async () => {
        for (let n = 1; n <= 20; n++) await putInCart(guest, id, n);
      })(),
      atOnce(10, async () => {
        replies.push(await tryCheckout(guest));
      }),
    ]);
    const { sold, stock } = await shop.read(id);
    expect(sold).toBe(await unitsReadBack(replies, id));
    expect(stock + sold).toBe(1_000);
  });
});
