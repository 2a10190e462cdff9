import { randomUUID } from 'node:crypto';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  type ApiShop,
  checkOut,
  createLocalShop,
  eventually,
  putInCart,
} from '../../support/api-driver/api-driver.ts';
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
  it('changes what is named and nothing else', async () => {
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

  it('refuses a stale If-Match and takes the current one and *', async () => {
    const { id } = await shop.product();
    const stale = (await shop.anyone.get(`/product/${id}`)).headers.get('ETag') ?? '';
    const changed = await admin.patch(`/product/${id}`, { price: 7 }, { headers: { 'If-Match': stale } });
    expect(expectResponse(changed, 200, productSchema).price).toBe(7);

    const late = await admin.patch(`/product/${id}`, { price: 8 }, { headers: { 'If-Match': stale } });
    expect(outcomeOf(late)).toEqual({ status: 412, code: 'version_mismatch' });
    expect((await shop.read(id)).price).toBe(7);

    const current = changed.headers.get('ETag') ?? '';
    expect(
      (await admin.patch(`/product/${id}`, { price: 9 }, { headers: { 'If-Match': current } })).status,
    ).toBe(200);
    expect(
      (await admin.patch(`/product/${id}`, { price: 10 }, { headers: { 'If-Match': '*' } })).status,
    ).toBe(200);
    expect((await shop.read(id)).price).toBe(10);
  });

  it('compares the version alone, so that sales do not get in the way', async () => {
    const { id } = await shop.product();
    const etag = (await shop.anyone.get(`/product/${id}`)).headers.get('ETag') ?? '';
    await admin.post('/product/add-stock', { product_id: id, stock: 1 });
    expect(
      (await admin.patch(`/product/${id}`, { price: 3 }, { headers: { 'If-Match': etag } })).status,
    ).toBe(200);
  });

  it.each([
    ['a version that no product can have', `"${'9'.repeat(30)}"`],
    ['a weak tag, though it names the version', 'W/"1"'],
    ['a tag that is not ours', '"abc"'],
    ['a list in which nothing matches', '"7", W/"1", "x,1"'],
  ])('refuses %s', async (_, tags) => {
    const { id } = await shop.product();
    const response = await admin.patch(`/product/${id}`, { price: 3 }, { headers: { 'If-Match': tags } });
    expect(outcomeOf(response)).toEqual({ status: 412, code: 'version_mismatch' });
    expect((await shop.read(id)).version).toBe(1);
  });

  it('takes a list in which one tag matches', async () => {
    const { id } = await shop.product();
    const match = { headers: { 'If-Match': '"7.1-1" ,, W/"9", "1"' } };
    expect((await admin.patch(`/product/${id}`, { price: 3 }, match)).status).toBe(200);
  });

  it('lets one of many with the same If-Match win', async () => {
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

  it('refuses absolute stock with a hint', async () => {
    const before = await shop.product();
    const response = await admin.patch(`/product/${before.id}`, { stock: 5 });
    expect(outcomeOf(response)).toEqual({ status: 422, code: 'invalid_request' });
    expect(response.problem?.errors).toEqual([
      { path: 'stock', message: expect.stringContaining('POST /product/add-stock') },
    ]);
    expect(await shop.read(before.id)).toEqual(before);
  });

  it('takes a product off the list and back', async () => {
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

  it('adds stock shards and keeps every unit', async () => {
    const { id } = await shop.product({ stock: 40, stock_shards: 2 });
    const guest = await shop.guest();
    await putInCart(guest, id, 7);
    await checkOut(guest);
    expect(await shop.change(id, { stock_shards: 16 })).toMatchObject({
      stock: 33,
      sold: 7,
      stock_shards: 16,
    });
    expect(await shop.change(id, { stock_shards: 16 })).toMatchObject({ stock: 33, sold: 7 });
    await putInCart(guest, id, 33);
    await checkOut(guest);
    expect(await shop.read(id)).toMatchObject({ stock: 0, sold: 40 });
  });

  it('keeps every unit when shards are added while it sells', async () => {
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

  it('refuses fewer stock shards', async () => {
    const before = await shop.product({ stock_shards: 4 });
    const response = await admin.patch(`/product/${before.id}`, { stock_shards: 3 });
    expect(outcomeOf(response)).toEqual({ status: 422, code: 'invalid_request' });
    expect(pathsOf(response)).toEqual(['stock_shards']);
    expect(await shop.read(before.id)).toEqual(before);
  });

  it('knows no product that does not exist', async () => {
    expect(outcomeOf(await admin.patch(`/product/${randomUUID()}`, { price: 1 }))).toEqual(notFound);
    const match = { headers: { 'If-Match': '"1"' } };
    expect(outcomeOf(await admin.patch(`/product/${randomUUID()}`, { price: 1 }, match))).toEqual(notFound);
  });
});

describe('DELETE /product/{product_id}', () => {
  it('ends a product for good, and its sales stay on record', async () => {
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

  it('knows no product that does not exist', async () => {
    expect(outcomeOf(await admin.delete(`/product/${randomUUID()}`))).toEqual(notFound);
  });
});
