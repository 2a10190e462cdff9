import { randomUUID } from 'node:crypto';
import { beforeAll, describe, expect, it } from 'vitest';
import { type ApiShop, checkOut, createLocalShop, eventually, putInCart } from '../../support/api-driver/api-driver.ts';
import { type Client, expectResponse, outcomeOf, pathsOf } from '../../support/api-driver/client.ts';
import { uniqueName } from '../../support/api-driver/request-bodies.ts';
import { productSchema } from '../../support/api-driver/response-schemas.ts';

const notFound = { status: 404, code: 'product_not_found' };

let shop: ApiShop;
let admin: Client;
beforeAll(async () => {
  shop = await createLocalShop();
  admin = shop.admin.api;
});

describe('PATCH /product/{product_id}', () => {
  it('changes the given fields only', async () => {
    const before = await shop.product({ limit_per_customer: 2 });
    const name = uniqueName('renamed');
    expect(await shop.change(before.id, { name })).toEqual({
      ...before,
      name,
      version: before.version + 1,
      updated_at: expect.any(String),
    });
    expect(await shop.change(before.id, { price: 0 })).toMatchObject({ name, price: 0 });
    expect(await shop.change(before.id, { limit_per_customer: null })).toMatchObject({
      limit_per_customer: null,
    });
    expect(await shop.change(before.id, { limit_per_customer: 9 })).toMatchObject({ limit_per_customer: 9 });
    expect(await shop.read(before.id)).toMatchObject({
      name,
      price: 0,
      limit_per_customer: 9,
      stock: before.stock,
    });
  });

  it('returns version_mismatch for a stale If-Match and accepts the current one and *', async () => {
    const { id } = await shop.product();
    const stale = (await shop.anyone.get(`/product/${id}`)).headers.get('ETag') ?? '';
    const changed = await admin.patch(`/product/${id}`, { price: 7 }, { headers: { 'If-Match': stale } });
    expect(expectResponse(changed, 200, productSchema).price).toBe(7);

    const late = await admin.patch(`/product/${id}`, { price: 8 }, { headers: { 'If-Match': stale } });
    expect(outcomeOf(late)).toEqual({ status: 412, code: 'version_mismatch' });
    expect((await shop.read(id)).price).toBe(7);

    const current = changed.headers.get('ETag') ?? '';
    expect((await admin.patch(`/product/${id}`, { price: 9 }, { headers: { 'If-Match': current } })).status).toBe(200);
    expect((await admin.patch(`/product/${id}`, { price: 10 }, { headers: { 'If-Match': '*' } })).status).toBe(200);
    expect((await shop.read(id)).price).toBe(10);
  });

  it('accepts an ETag from before a stock change, because If-Match compares the version only', async () => {
    const { id } = await shop.product();
    const etag = (await shop.anyone.get(`/product/${id}`)).headers.get('ETag') ?? '';
    await admin.post('/product/add-stock', { product_id: id, stock: 1 });
    expect((await admin.patch(`/product/${id}`, { price: 3 }, { headers: { 'If-Match': etag } })).status).toBe(200);
  });

  it.each([
    ['a version beyond the integer range', `"${'9'.repeat(30)}"`],
    ['a weak tag of the current version', 'W/"1"'],
    ['a foreign tag', '"abc"'],
    ['a list without a match', '"7", W/"1", "x,1"'],
  ])('returns version_mismatch for If-Match with %s', async (_, tags) => {
    const { id } = await shop.product();
    const response = await admin.patch(`/product/${id}`, { price: 3 }, { headers: { 'If-Match': tags } });
    expect(outcomeOf(response)).toEqual({ status: 412, code: 'version_mismatch' });
    expect((await shop.read(id)).version).toBe(1);
  });

  it('accepts a list of tags if one matches', async () => {
    const { id } = await shop.product();
    const match = { headers: { 'If-Match': '"7.1-1" ,, W/"9", "1"' } };
    expect((await admin.patch(`/product/${id}`, { price: 3 }, match)).status).toBe(200);
  });

  it('applies one of many parallel changes with the same If-Match', async () => {
    const { id } = await shop.product();
    const etag = (await shop.anyone.get(`/product/${id}`)).headers.get('ETag') ?? '';
    const responses = await Promise.all(
      Array.from({ length: 8 }, (_, n) =>
        admin.patch(`/product/${id}`, { price: n }, { headers: { 'If-Match': etag } }),
      ),
    );
    expect(responses.map(({ status }) => status).sort()).toEqual([200, ...Array(7).fill(412)]);
    expect((await shop.read(id)).price).toBe(responses.findIndex(({ status }) => status === 200));
  });

  it('removes an inactive product from the list and lists it again when it is active', async () => {
    const { id } = await shop.product();
    const listed = async () => (await shop.list()).some((item) => item.id === id);
    await shop.change(id, { active: false });
    await eventually(async () => expect(await listed()).toBe(false));
    expect((await shop.read(id)).active).toBe(false);
    await shop.change(id, { active: true });
    await eventually(async () => expect(await listed()).toBe(true));
    const guest = await shop.guest();
    await putInCart(guest, id, 1);
    expect((await checkOut(guest)).lines).toHaveLength(1);
  });

  it('keeps every unit when shards are added during a sale', async () => {
    const { id } = await shop.product({ stock: 60, stock_shards: 1 });
    const guests = await Promise.all(Array.from({ length: 10 }, shop.guest));
    const sales = guests.map(async (guest) => {
      for (let round = 0; round < 3; round++) {
        await putInCart(guest, id, 2);
        await checkOut(guest);
      }
    });
    const growth = [2, 8, 32].map((stock_shards) => shop.change(id, { stock_shards }).catch(() => undefined));
    await Promise.all([...sales, ...growth]);
    await shop.change(id, { stock_shards: 32 });
    expect(await shop.read(id)).toMatchObject({ stock: 0, sold: 60, stock_shards: 32 });
  });

  it('returns invalid_request for fewer stock shards', async () => {
    const before = await shop.product({ stock_shards: 4 });
    const response = await admin.patch(`/product/${before.id}`, { stock_shards: 3 });
    expect(outcomeOf(response)).toEqual({ status: 422, code: 'invalid_request' });
    expect(pathsOf(response)).toEqual(['stock_shards']);
    expect(await shop.read(before.id)).toEqual(before);
  });

  it('returns product_not_found for an unknown id with If-Match', async () => {
    const match = { headers: { 'If-Match': '"1"' } };
    expect(outcomeOf(await admin.patch(`/product/${randomUUID()}`, { price: 1 }, match))).toEqual(notFound);
  });
});

describe('DELETE /product/{product_id}', () => {
  it('deletes a product permanently and keeps its sales total', async () => {
    const { id } = await shop.product({ stock: 5 });
    const guest = await shop.guest();
    await putInCart(guest, id, 2);
    const { lines } = await checkOut(guest);

    const response = await admin.delete(`/product/${id}`);
    expect(response.status).toBe(204);
    expect(response.body).toBeUndefined();

    const line = { customer_id: guest.id, product_id: id, quantity: 1 };
    for (const gone of [
      await shop.anyone.get(`/product/${id}`),
      await admin.delete(`/product/${id}`),
      await admin.patch(`/product/${id}`, { active: true }),
      await admin.patch(`/product/${id}`, { name: 'back' }, { headers: { 'If-Match': '*' } }),
      await admin.post('/product/add-stock', { product_id: id, stock: 1 }),
      await guest.api.post('/cart/add', line),
    ]) {
      expect(outcomeOf(gone)).toEqual(notFound);
    }
    await eventually(async () => expect((await shop.list()).map((item) => item.id)).not.toContain(id));
    expect(await shop.total(id)).toBe(2);
    expect(lines).toMatchObject([{ product_id: id, quantity: 2 }]);
  });
});
