import { randomUUID } from 'node:crypto';
import { beforeAll, describe, expect, it } from 'vitest';
import { type ApiShop, createLocalShop, signUp } from '../../support/api-driver/api-driver.ts';
import { type ApiResponse, type Client, expectResponse } from '../../support/api-driver/client.ts';
import { uniqueName } from '../../support/api-driver/request-bodies.ts';
import { productSchema } from '../../support/api-driver/response-schemas.ts';

let shop: ApiShop;
let admin: Client;
beforeAll(async () => {
  shop = await createLocalShop();
  admin = shop.admin.api;
});

const withKey = (key: string) => ({ headers: { 'Idempotency-Key': key } });
const replayedOf = (responses: readonly ApiResponse[]) =>
  responses.map(({ headers }) => headers.get('Idempotent-Replayed') ?? 'no').sort();

describe('Idempotency-Key of POST /product/add-stock', () => {
  it('adds units once for sequential and parallel retries, and returns the current product', async () => {
    const { id } = await shop.product({ stock: 10 });
    const key = randomUUID();
    const add = () => admin.post('/product/add-stock', { product_id: id, stock: 5 }, withKey(key));
    const first = await add();
    await shop.restock(id, 1);
    const responses = [first, ...(await Promise.all([add(), add(), add()]))];
    const stocks = responses.map((response) => expectResponse(response, 200, productSchema).stock);
    expect(stocks).toEqual([15, 16, 16, 16]);
    expect(replayedOf(responses)).toEqual(['no', 'true', 'true', 'true']);
  });

  it('adds units twice for two ADMINs with the same key', async () => {
    const { id } = await shop.product({ stock: 10 });
    const second = (await signUp(shop.anyone, { role: 'ADMIN' })).api;
    const key = withKey('delivery-1');
    for (const api of [admin, second]) await api.post('/product/add-stock', { product_id: id, stock: 5 }, key);
    expect((await shop.read(id)).stock).toBe(20);
  });
});

describe('Idempotency-Key of POST /product and POST /product/add', () => {
  it('creates one product when requests of both operations race', async () => {
    const name = uniqueName('mug');
    const key = withKey(randomUUID());
    const responses = await Promise.all([
      admin.post('/product', { name, stock: 5, price: 1 }, key),
      admin.post('/product', { name, stock: 5, price: 1 }, key),
      admin.post('/product/add', { product_name: name, stock: 5, price: 1 }, key),
    ]);
    const ids = new Set(responses.map((response) => expectResponse(response, 201, productSchema).id));
    expect(ids.size).toBe(1);
    expect(replayedOf(responses)).toEqual(['no', 'true', 'true']);
    const [id] = ids;
    for (const { headers } of responses) expect(headers.get('Location')).toBe(`/product/${id}`);
  });
});
