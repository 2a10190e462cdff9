import { beforeAll, describe, expect, it } from 'vitest';
import { nextCursor } from '../../../lib/platform/cursor.ts';
import { type ApiShop, createLocalShop } from '../../support/api-driver/api-driver.ts';
import type { ApiResponse } from '../../support/api-driver/client.ts';
import { uniqueName } from '../../support/api-driver/request-bodies.ts';

let shop: ApiShop;
beforeAll(async () => {
  shop = await createLocalShop();
});

const get = (path: string, headers: Record<string, string> = {}) => shop.anyone.get(path, { headers });
const etagOf = ({ headers }: ApiResponse): string => headers.get('ETag') ?? '';

describe('GET /product/{product_id}', () => {
  it('returns Cache-Control: no-cache and a strong ETag', async () => {
    const { id } = await shop.product();
    const response = await get(`/product/${id}`);
    expect(response.headers.get('Cache-Control')).toBe('no-cache');
    expect(etagOf(response)).toMatch(/^"1\./);
  });

  it('returns 304 without a body if If-None-Match matches', async () => {
    const { id } = await shop.product();
    const etag = etagOf(await get(`/product/${id}`));
    for (const known of [etag, `W/${etag}`, `"other", ${etag}`, '*']) {
      const response = await get(`/product/${id}`, { 'If-None-Match': known });
      expect(response.status).toBe(304);
      expect(response.body).toBeUndefined();
      expect(etagOf(response)).toBe(etag);
      expect(response.headers.get('Cache-Control')).toBe('no-cache');
    }
  });

  it('returns 200 after a change of stock or name, and for an invalid If-None-Match', async () => {
    const { id } = await shop.product();
    const etag = etagOf(await get(`/product/${id}`));
    expect((await get(`/product/${id}`, { 'If-None-Match': 'nonsense' })).status).toBe(200);
    await shop.restock(id, 1);
    expect((await get(`/product/${id}`, { 'If-None-Match': etag })).status).toBe(200);
    const restocked = etagOf(await get(`/product/${id}`));
    await shop.change(id, { name: uniqueName('renamed') });
    expect((await get(`/product/${id}`, { 'If-None-Match': restocked })).status).toBe(200);
  });

  it('returns 404, not 304, for a deleted product', async () => {
    const { id } = await shop.product();
    await shop.remove(id);
    expect((await get(`/product/${id}`, { 'If-None-Match': '*' })).status).toBe(404);
  });
});

describe('GET /product', () => {
  it('is publicly cacheable for two seconds', async () => {
    const response = await get('/product?limit=1');
    expect(response.headers.get('Cache-Control')).toBe('public, max-age=2');
    expect(etagOf(response)).toMatch(/^W\/"/);
  });

  it('returns 304 without a body if If-None-Match matches', async () => {
    const page = pageOf((await shop.product()).id);
    const first = await get(page);
    const again = await get(page, { 'If-None-Match': etagOf(first) });
    expect(again.status).toBe(304);
    expect(again.body).toBeUndefined();
    expect(etagOf(again)).toBe(etagOf(first));
    expect(again.headers.get('Vary')).toContain('Accept-Encoding');
  });

  it('compresses the page if the client accepts it', async () => {
    await Promise.all(Array.from({ length: 8 }, () => shop.product()));
    for (const encoding of ['br', 'gzip']) {
      const response = await get('/product', { 'Accept-Encoding': encoding });
      expect(response.headers.get('Content-Encoding')).toBe(encoding);
      expect(response.headers.get('Vary')).toContain('Accept-Encoding');
      expect(response.body).toHaveProperty('items');
    }
    const plain = await get('/product', { 'Accept-Encoding': 'identity' });
    expect(plain.headers.get('Content-Encoding')).toBeNull();
    expect(plain.headers.get('Vary')).toContain('Accept-Encoding');
    expect(plain.body).toHaveProperty('items');
  });
});

/** Returns the path of the page that contains this product only, so that other tests cannot change it. */
function pageOf(id: string): string {
  const before = (BigInt(`0x${id.replaceAll('-', '')}`) - 1n).toString(16).padStart(32, '0');
  const uuid = before.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
  return `/product?limit=1&cursor=${nextCursor({ id: uuid })}`;
}
