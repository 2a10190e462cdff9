import { beforeAll, describe, expect, it } from 'vitest';
import { type ApiShop, createLocalShop, eventually } from '../../support/api-driver/api-driver.ts';
import { type Client, expectResponse } from '../../support/api-driver/client.ts';
import { newProduct, uniqueName } from '../../support/api-driver/request-bodies.ts';
import { productPageSchema, productSchema } from '../../support/api-driver/response-schemas.ts';

let shop: ApiShop;
let admin: Client;
beforeAll(async () => {
  shop = await createLocalShop();
  admin = shop.admin.api;
});

describe('POST /product', () => {
  it('creates a product and returns its location', async () => {
    const body = newProduct({
      name: '  Кофе ☕️  ',
      stock: 100,
      price: 1,
      stock_shards: 3,
      limit_per_customer: 5,
    });
    const response = await admin.post('/product', body);
    const product = expectResponse(response, 201, productSchema);
    expect(product).toMatchObject({ ...body, name: 'Кофе ☕️', sold: 0, active: true, currency: 'USD' });
    expect(response.headers.get('Location')).toBe(`/product/${product.id}`);
    expect(await shop.read(product.id)).toEqual(product);
  });

  it.each([
    ['largest', { stock: 1_000_000_000, price: 99_999_999, stock_shards: 32, limit_per_customer: 1_000_000 }],
    ['smallest', { stock: 1, price: 0, stock_shards: 32, limit_per_customer: 1 }],
  ])('stores the %s numbers exactly', async (_, numbers) => {
    const { id } = await shop.product(numbers);
    expect(await shop.read(id)).toMatchObject(numbers);
  });
});

describe('POST /product/add', () => {
  it('creates a product from product_name', async () => {
    const product_name = uniqueName('mug');
    const response = await admin.post('/product/add', { product_name, stock: 299, price: 5 });
    const product = expectResponse(response, 201, productSchema);
    expect(product).toMatchObject({ name: product_name, stock: 299, price: 5 });
    expect(response.headers.get('Location')).toBe(`/product/${product.id}`);
    expect(await shop.read(product.id)).toEqual(product);
  });

  it('defaults the price to 0', async () => {
    const response = await admin.post('/product/add', { product_name: uniqueName('gift'), stock: 1 });
    expect(expectResponse(response, 201, productSchema).price).toBe(0);
  });
});

describe('POST /product/add-stock', () => {
  it('adds units to a product with 8 shards', async () => {
    const { id } = await shop.product({ stock: 3, stock_shards: 8 });
    const response = await admin.post('/product/add-stock', { product_id: id, stock: 39 });
    expect(expectResponse(response, 200, productSchema)).toMatchObject({ id, stock: 42, sold: 0 });
    expect((await shop.read(id)).stock).toBe(42);
  });

  it('adds the units of all parallel requests', async () => {
    const { id } = await shop.product({ stock: 0 });
    const responses = await Promise.all(
      Array.from({ length: 10 }, (_, n) => admin.post('/product/add-stock', { product_id: id, stock: n + 1 })),
    );
    expect(responses.map(({ status }) => status)).toEqual(Array(10).fill(200));
    expect((await shop.read(id)).stock).toBe(55);
  });
});

describe('GET /product/{product_id}', () => {
  it('accepts an id in upper case', async () => {
    const product = await shop.product();
    expect(await shop.read(product.id.toUpperCase())).toEqual(product);
  });
});

describe('GET /product', () => {
  it.each(['/product', '/product/all'])('lists every product once over all pages of %s', async (path) => {
    const made = await Promise.all(Array.from({ length: 5 }, () => shop.product()));
    await eventually(async () => {
      const ids = (await shop.list(path, 3)).map(({ id }) => id);
      expect(new Set(ids).size).toBe(ids.length);
      for (const { id } of made) expect(ids).toContain(id);
      expect(ids).toEqual([...ids].sort());
    });
  });

  it('returns at most `limit` products, or 50 by default', async () => {
    await Promise.all(Array.from({ length: 60 }, () => shop.product({ stock_shards: 1 })));
    const pageOf = async (query: string) =>
      expectResponse(await shop.anyone.get(`/product${query}`), 200, productPageSchema);
    expect((await pageOf('?limit=1')).items).toHaveLength(1);
    expect((await pageOf('?limit=2')).items).toHaveLength(2);
    expect((await pageOf('?limit=2')).next_cursor).not.toBeNull();
    await eventually(async () => {
      const { items } = await pageOf('');
      expect(items.length).toBeGreaterThan(40);
      expect(items.length).toBeLessThanOrEqual(50);
    });
  });
});
