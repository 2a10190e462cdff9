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

/** Reads the placed orders and returns their units of the product. */
async function unitsReadBack(responses: readonly ApiResponse[], productId: string): Promise<number> {
  const orders = await Promise.all(
    responses.filter(isPlaced).map((response) => readOrder(shop.admin.api, orderOf(response).id)),
  );
  return orders
    .flatMap(({ lines }) => lines)
    .filter(({ product_id }) => product_id === productId)
    .reduce((sum, { quantity }) => sum + quantity, 0);
}

describe('POST /order/add: 10 customers, 11 orders of 3 each, 299 units', () => {
  it.each([1, 8])('confirms 99 orders from %i stock shards', async (stock_shards) => {
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
    const rejected = responses.filter((response) => !isPlaced(response));
    expect(rejected.map(outcomeOf)).toEqual(Array(11).fill({ status: 409, code: 'out_of_stock' }));
    expect(new Set(responses.filter(isPlaced).map((response) => orderOf(response).id)).size).toBe(99);
    expect(await unitsReadBack(responses, id)).toBe(297);
  });
});

describe('POST /order/add by 30 customers in parallel', () => {
  it.each([
    { stock: 10, stock_shards: 1, quantity: 1 },
    { stock: 10, stock_shards: 4, quantity: 1 },
    { stock: 10, stock_shards: 32, quantity: 1 },
    { stock: 25, stock_shards: 8, quantity: 5 },
  ])('sells out $stock units in $stock_shards shards in orders of $quantity', async (sale) => {
    const { stock, stock_shards, quantity } = sale;
    const { id } = await shop.product({ stock, stock_shards });
    await Promise.all(crowd.map((customer) => putInCart(customer, id, quantity)));
    const responses = await Promise.all(crowd.map((customer) => tryCheckout(customer)));
    expect(await shop.read(id)).toMatchObject({ stock: 0, sold: stock });
    expect(responses.filter(isPlaced)).toHaveLength(stock / quantity);
    expect(await unitsReadBack(responses, id)).toBe(stock);
    // Customers without an order keep their cart.
    const carts = await Promise.all(crowd.map(readCart));
    expect(carts.map(({ lines }) => lines.length)).toEqual(responses.map((response) => (isPlaced(response) ? 0 : 1)));
    await Promise.all(
      crowd.map(({ id: customer_id, api }) => api.post('/cart/remove', { customer_id, product_id: id })),
    );
  });

  it('sells each customer no more than the purchase limit', async () => {
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
      // Buy the rest of the limit.
      while (isPlaced(await tryCheckout(customer))) await putInCart(customer, id, 1);
    }
    expect(await shop.read(id)).toMatchObject({ stock: 88, sold: 12 });
  });
});

describe('POST /order/add for overlapping carts', () => {
  it.each([1, 4])('sells two last units to one of two customers, from %i stock shards', async (stock_shards) => {
    const forward = await shop.guest();
    const backward = await shop.guest();
    for (let round = 0; round < 12; round++) {
      const [a, b] = await inParallel(2, () => shop.product({ stock: 1, stock_shards }));
      if (a === undefined || b === undefined) throw new Error('Expected two products');
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

  it('never confirms part of an order when carts share a product', async () => {
    for (let round = 0; round < 5; round++) {
      const products = await inParallel(3, () => shop.product({ stock: 2, stock_shards: 2 }));
      const customers = await inParallel(6, shop.guest);
      // Customer n orders all units of product n and of the next one, so neighbours exclude each other.
      const wanted = customers.map((_, n) => [products[n % 3]?.id ?? '', products[(n + 1) % 3]?.id ?? '']);
      await Promise.all(customers.flatMap((customer, n) => (wanted[n] ?? []).map((id) => putInCart(customer, id, 2))));
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

describe('POST /order/add, 20 identical requests in parallel', () => {
  it('returns the same order to all requests with one Idempotency-Key', async () => {
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

  it('creates one order without a key', async () => {
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

  it('creates one order and rejects the other body of the same key', async () => {
    const { id } = await shop.product({ price: 10 });
    const guest = await shop.guest();
    const key = newKey();
    await putInCart(guest, id, 1);
    const responses = await inParallel(20, (n) => tryCheckout(guest, n % 2 ? { key, expectedTotal: 10 } : { key }));
    const placed = responses.filter(isPlaced);
    expect(placed).toHaveLength(10);
    expect(new Set(placed.map((response) => orderOf(response).id)).size).toBe(1);
    for (const response of responses.filter((other) => !isPlaced(other)))
      expect(outcomeOf(response)).toEqual({ status: 422, code: 'idempotency_key_reused' });
    expect(await shop.total(id)).toBe(1);
  });

  it('orders what the cart holds while the cart is changing', async () => {
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
