import { beforeAll, describe, expect, it } from 'vitest';
import {
  type Actor,
  type ApiShop,
  createLocalShop,
  inParallel,
  newKey,
  putInCart,
  readCart,
  readOrder,
  tryCheckout,
} from '../../support/api-driver/api-driver.ts';
import { type ApiResponse, expectResponse, outcomeOf } from '../../support/api-driver/client.ts';
import { confirmedOrderSchema } from '../../support/api-driver/response-schemas.ts';

let shop: ApiShop;
let crowd: Actor[];
beforeAll(async () => {
  shop = await createLocalShop();
  crowd = await inParallel(30, shop.guest);
});

const isPlaced = ({ status }: ApiResponse) => status === 201;
const orderOf = (response: ApiResponse) => expectResponse(response, 201, confirmedOrderSchema);

/** Units of the product over these orders, each read back from the service. */
async function unitsReadBack(responses: readonly ApiResponse[], productId: string): Promise<number> {
  const orders = await Promise.all(
    responses.filter(isPlaced).map((response) => readOrder(shop.admin.api, orderOf(response).id)),
  );
  return orders
    .flatMap(({ lines }) => lines)
    .filter(({ product_id }) => product_id === productId)
    .reduce((sum, { quantity }) => sum + quantity, 0);
}

describe('the 12.12 scenario: 299 units, 10 customers, 11 orders of 3 each', () => {
  it.each([1, 8])('sells 297 units in 99 orders from %i stock shards', async (stock_shards) => {
    const { id } = await shop.product({ stock: 299, stock_shards });
    const customers = await inParallel(10, shop.guest);
    const rounds = await Promise.all(
      customers.map(async (customer) => {
        const responses: ApiResponse[] = [];
        for (let round = 0; round < 11; round++) {
          await putInCart(customer, id, 3);
          responses.push(await tryCheckout(customer));
        }
        return responses;
      }),
    );
    const responses = rounds.flat();
    expect(await shop.read(id)).toMatchObject({ stock: 2, sold: 297 });
    expect(await shop.total(id)).toBe(297);
    expect(responses.filter(isPlaced)).toHaveLength(99);
    const refused = responses.filter((response) => !isPlaced(response));
    expect(refused.map(outcomeOf)).toEqual(Array(11).fill({ status: 409, code: 'out_of_stock' }));
    expect(new Set(responses.filter(isPlaced).map((response) => orderOf(response).id)).size).toBe(99);
    expect(await unitsReadBack(responses, id)).toBe(297);
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
    const responses = await Promise.all(crowd.map((customer) => tryCheckout(customer)));
    expect(await shop.read(id)).toMatchObject({ stock: 0, sold: stock });
    expect(responses.filter(isPlaced)).toHaveLength(stock / quantity);
    expect(await unitsReadBack(responses, id)).toBe(stock);
    // Who got nothing still has the cart, and who got an order has none.
    const carts = await Promise.all(crowd.map(readCart));
    expect(carts.map(({ lines }) => lines.length)).toEqual(
      responses.map((response) => (isPlaced(response) ? 0 : 1)),
    );
    await Promise.all(
      crowd.map(({ id: customer_id, api }) => api.post('/cart/remove', { customer_id, product_id: id })),
    );
  });

  it('buy no more than the limit each, however many orders they send at once', async () => {
    const { id } = await shop.product({ stock: 100, limit_per_customer: 3, stock_shards: 8 });
    const customers = await inParallel(4, shop.guest);
    await Promise.all(
      customers.map((customer) =>
        inParallel(8, async () => {
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
      const [a, b] = await inParallel(2, () => shop.product({ stock: 1, stock_shards }));
      if (a === undefined || b === undefined) throw new Error('there are two');
      const fill = async (actor: Actor, ids: string[]) => {
        for (const id of ids) await putInCart(actor, id, 1);
      };
      await Promise.all([fill(forward, [a.id, b.id]), fill(backward, [b.id, a.id])]);
      const responses = await Promise.all([tryCheckout(forward), tryCheckout(backward)]);

      expect(responses.filter(isPlaced)).toHaveLength(1);
      const lost = responses.find((response) => !isPlaced(response));
      expect(lost && outcomeOf(lost)).toEqual({ status: 409, code: 'out_of_stock' });
      for (const { id } of [a, b]) {
        expect(await shop.read(id)).toMatchObject({ stock: 0, sold: 1 });
        expect(await unitsReadBack(responses, id)).toBe(1);
      }
    }
  });

  it('never leave a half order when their lines overlap in part', async () => {
    for (let round = 0; round < 5; round++) {
      const products = await inParallel(3, () => shop.product({ stock: 2, stock_shards: 2 }));
      const customers = await inParallel(6, shop.guest);
      // Customer n wants all of product n and of the next one, so neighbours exclude each other.
      const wants = customers.map((_, n) => [products[n % 3]?.id ?? '', products[(n + 1) % 3]?.id ?? '']);
      await Promise.all(
        customers.flatMap((customer, n) => (wants[n] ?? []).map((id) => putInCart(customer, id, 2))),
      );
      const responses = await Promise.all(customers.map((customer) => tryCheckout(customer)));
      expect(responses.filter(isPlaced)).toHaveLength(1);
      expect(responses.filter(isPlaced).map((response) => orderOf(response).lines.length)).toEqual([2]);
      for (const { id } of products) {
        const { stock, sold } = await shop.read(id);
        expect(stock + sold).toBe(2);
        expect(sold).toBe(await unitsReadBack(responses, id));
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
      const responses = await inParallel(20, () => tryCheckout(guest, { key }));
      const order = orderOf(responses[0] ?? (await tryCheckout(guest, { key })));
      for (const response of responses) expect(orderOf(response)).toEqual(order);
      const first = responses.filter(({ headers }) => !headers.has('Idempotent-Replayed'));
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
      const responses = await inParallel(20, () => tryCheckout(guest));
      expect(responses.filter(isPlaced)).toHaveLength(1);
      for (const response of responses.filter((other) => !isPlaced(other)))
        expect(['cart_empty', 'contention']).toContain(outcomeOf(response).code);
      expect(await shop.read(id)).toMatchObject({ stock: 100 - 2 * round, sold: 2 * round });
    }
  });

  it('with a key and another body makes one order and refuses the other body', async () => {
    const { id } = await shop.product({ price: 10 });
    const guest = await shop.guest();
    const key = newKey();
    await putInCart(guest, id, 1);
    const responses = await inParallel(20, (n) =>
      tryCheckout(guest, n % 2 ? { key, expectedTotal: 10 } : { key }),
    );
    const placed = responses.filter(isPlaced);
    expect(placed).toHaveLength(10);
    expect(new Set(placed.map((response) => orderOf(response).id)).size).toBe(1);
    for (const response of responses.filter((other) => !isPlaced(other)))
      expect(outcomeOf(response)).toEqual({ status: 422, code: 'idempotency_key_reused' });
    expect(await shop.total(id)).toBe(1);
  });

  it('orders exactly what is in the cart while the cart keeps changing', async () => {
    const { id } = await shop.product({ stock: 1_000, stock_shards: 4 });
    const guest = await shop.guest();
    const responses: ApiResponse[] = [];
    await Promise.all([
      (async () => {
        for (let n = 1; n <= 20; n++) await putInCart(guest, id, n);
      })(),
      inParallel(10, async () => {
        responses.push(await tryCheckout(guest));
      }),
    ]);
    const { sold, stock } = await shop.read(id);
    expect(sold).toBe(await unitsReadBack(responses, id));
    expect(stock + sold).toBe(1_000);
  });
});
