import { request } from 'node:http';
import { beforeAll, describe, expect, inject, it } from 'vitest';
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
  it('may be kept, but not shown without asking again', async () => {
    const { id } = await shop.product();
    const response = await get(`/product/${id}`);
    expect(response.headers.get('Cache-Control')).toBe('no-cache');
    expect(etagOf(response)).toMatch(/^"1\./);
  });

  it('tells whoever knows it already that it has not changed, without a body', async () => {
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

  it('is sent whole when its stock or anything else has changed, and when the header makes no sense', async () => {
    const { id } = await shop.product();
    const etag = etagOf(await get(`/product/${id}`));
    expect((await get(`/product/${id}`, { 'If-None-Match': 'nonsense' })).status).toBe(200);
    await shop.restock(id, 1);
    expect((await get(`/product/${id}`, { 'If-None-Match': etag })).status).toBe(200);
    const supplied = etagOf(await get(`/product/${id}`));
    await shop.change(id, { name: uniqueName('renamed') });
    expect((await get(`/product/${id}`, { 'If-None-Match': supplied })).status).toBe(200);
  });

  it('stays unknown to whoever claims to know it, once it is deleted', async () => {
    const { id } = await shop.product();
    await shop.remove(id);
    expect((await get(`/product/${id}`, { 'If-None-Match': '*' })).status).toBe(404);
  });
});

describe('GET /product', () => {
  it('may be kept by anyone for two seconds', async () => {
    const response = await get('/product?limit=1');
    expect(response.headers.get('Cache-Control')).toBe('public, max-age=2');
    expect(etagOf(response)).toMatch(/^W\/"/);
  });

  it('tells whoever knows the page already that it has not changed', async () => {
    const page = pageOf((await shop.product()).id);
    const first = await get(page);
    const again = await get(page, { 'If-None-Match': etagOf(first) });
    expect(again.status).toBe(304);
    expect(again.body).toBeUndefined();
    expect(etagOf(again)).toBe(etagOf(first));
    expect(again.headers.get('Vary')).toContain('Accept-Encoding');
  });

  it('is compressed where the client accepts it', async () => {
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

  it('is not compressed where nothing is said of encodings', async () => {
    await Promise.all(Array.from({ length: 8 }, () => shop.product()));
    const response = await withoutHeaders('/product');
    expect(JSON.parse(response)).toHaveProperty('items');
  });
});

/** The page that holds this product alone, which nobody but its test changes. */
function pageOf(id: string): string {
  const before = (BigInt(`0x${id.replaceAll('-', '')}`) - 1n).toString(16).padStart(32, '0');
  const uuid = before.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
  return `/product?limit=1&cursor=${nextCursor({ id: uuid })}`;
}

/** What comes back for a request with no header but Host: `fetch` always sends Accept-Encoding. */
const withoutHeaders = (path: string): Promise<string> =>
  new Promise((resolve, reject) => {
    const asked = request(`${inject('localUrl')}${path}`, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () => resolve(Buffer.concat(chunks).toString()));
    });
    asked.on('error', reject).end();
  });
