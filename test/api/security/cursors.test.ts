import { beforeAll, describe, expect, it } from 'vitest';
import { type Actor, type ApiShop, checkOut, createLocalShop, putInCart } from '../../support/api-driver/api-driver.ts';
import { expectResponse, outcomeOf, pathsOf } from '../../support/api-driver/client.ts';
import { productPageSchema } from '../../support/api-driver/response-schemas.ts';
import { orderPageSchema } from '../../support/api-driver/submitted-orders.ts';

let shop: ApiShop;
let victim: Actor;
let attacker: Actor;
/** Cursors of the second page of each actor's orders. */
let cursors: { victim: string; attacker: string };

async function withOrders(productId: string): Promise<Actor> {
  const actor = await shop.guest();
  for (let count = 0; count < 3; count++) {
    await putInCart(actor, productId, 1);
    await checkOut(actor);
  }
  return actor;
}

const pageOf = async ({ api }: Actor, query: string) =>
  expectResponse(await api.get(`/order?limit=2${query}`), 200, orderPageSchema);

async function cursorOf(actor: Actor): Promise<string> {
  const { next_cursor } = await pageOf(actor, '');
  if (next_cursor === null) throw new Error('The list has no second page');
  return next_cursor;
}

beforeAll(async () => {
  shop = await createLocalShop();
  const { id } = await shop.product({ stock: 100 });
  await shop.product();
  victim = await withOrders(id);
  attacker = await withOrders(id);
  cursors = { victim: await cursorOf(victim), attacker: await cursorOf(attacker) };
});

const decode = (cursor: string): unknown => JSON.parse(Buffer.from(cursor, 'base64url').toString());
const encode = (text: string): string => Buffer.from(text).toString('base64url');

/** Adds JSON text as the last field of a cursor. */
const extended = (cursor: string, field: string): string =>
  encode(`${JSON.stringify(decode(cursor)).slice(0, -1)},${field}}`);

describe("a cursor of another customer's orders", () => {
  it("returns the caller's own orders only", async () => {
    const { items } = await pageOf(attacker, `&cursor=${cursors.victim}`);
    expect(items.filter(({ customer_id }) => customer_id !== attacker.id)).toEqual([]);
    // The cursor is valid: the victim has one order after it.
    expect((await pageOf(victim, `&cursor=${cursors.victim}`)).items).toHaveLength(1);
  });

  it.each(['customer_id', 'pending', '__proto__', 'constructor', 'toString', 'IndexName'])(
    'returns invalid_request for the added field %s',
    async (name) => {
      const value = name === '__proto__' ? `{"customer_id":"${victim.id}"}` : `"${victim.id}"`;
      const response = await attacker.api.get(
        `/order?limit=2&cursor=${extended(cursors.attacker, `"${name}":${value}`)}`,
      );
      expect(outcomeOf(response)).toEqual({ status: 422, code: 'invalid_request' });
      expect(pathsOf(response)).toEqual(['cursor']);
    },
  );
});

describe('a cursor of another list', () => {
  it('returns invalid_request', async () => {
    const page = expectResponse(await shop.anyone.get('/product?limit=1'), 200, productPageSchema);
    const ofProducts = String(page.next_cursor);
    expect((await shop.anyone.get(`/product?cursor=${ofProducts}`)).status).toBe(200);
    for (const response of [
      await attacker.api.get(`/order?cursor=${ofProducts}`),
      await shop.anyone.get(`/product?cursor=${cursors.attacker}`),
      await shop.anyone.get(`/product/all?cursor=${cursors.attacker}`),
    ]) {
      expect(outcomeOf(response)).toEqual({ status: 422, code: 'invalid_request' });
      expect(pathsOf(response)).toEqual(['cursor']);
    }
  });
});

describe('an edited cursor', () => {
  it.each([
    ['its id is an object', '{"id":{"$ne":""},"created_at":"2026-01-01T00:00:00.000Z"}'],
    ['its id is a shard', '{"id":"01890a5d-ac96-774b-bcce-b302099a8057#0","created_at":"2026-01-01T00:00:00Z"}'],
    ['its time is invalid', '{"id":"01890a5d-ac96-774b-bcce-b302099a8057","created_at":"9"}'],
    ['its time is a list', '{"id":"01890a5d-ac96-774b-bcce-b302099a8057","created_at":[]}'],
    ['it is a list', '["01890a5d-ac96-774b-bcce-b302099a8057"]'],
    ['it is only a prototype', '{"__proto__":{"id":"01890a5d-ac96-774b-bcce-b302099a8057"}}'],
    ['it is nested 100 deep', `${'['.repeat(100)}${']'.repeat(100)}`],
  ])('returns invalid_request if %s', async (_, text) => {
    const response = await attacker.api.get(`/order?cursor=${encode(text)}`);
    expect(outcomeOf(response)).toEqual({ status: 422, code: 'invalid_request' });
    expect(pathsOf(response)).toEqual(['cursor']);
  });

  it.each(['0001-01-01T00:00:00Z', '9999-12-31T23:59:59.999999999Z'])(
    "returns the caller's own orders from %s on",
    async (created_at) => {
      const cursor = encode(JSON.stringify({ id: '01890a5d-ac96-774b-bcce-b302099a8057', created_at }));
      const { items } = await pageOf(attacker, `&cursor=${cursor}`);
      expect(items.every(({ customer_id }) => customer_id === attacker.id)).toBe(true);
      expect(items).toHaveLength(created_at.startsWith('9') ? 2 : 0);
    },
  );
});
