import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { connectRedis, type Redis } from '../../../lib/platform/redis.ts';
import { addStock } from '../../../lib/products/add-stock.ts';
import { updateProduct } from '../../../lib/products/update-product.ts';
import { createOrderFixture, type OrderFixture } from '../../support/fixtures/order-fixtures.ts';
import { createBrowserFixture } from '../../support/fixtures/product-browser.ts';
import { type RedisServer, startRedis, whyNoRedis } from '../../support/services/redis.ts';

if (whyNoRedis !== undefined) process.stderr.write(`skipped: ${whyNoRedis}\n`);

describe.skipIf(whyNoRedis !== undefined)('product caches that share Redis', () => {
  let server: RedisServer;
  let redis: Redis;
  let shop: OrderFixture;
  beforeAll(async () => {
    server = await startRedis();
    redis = await connectRedis(server.url);
  });
  afterAll(async () => {
    redis.disconnect();
    await server.stop();
  });
  beforeEach(async () => {
    shop = await createOrderFixture();
  });

  /** A container that is connected to Redis and has cached nothing. */
  async function openContainer() {
    const container = shop.container();
    const browser = createBrowserFixture(shop, server.url, container);
    const probe = async (key: string) => new Map([[key, { ids: [] }]]);
    await vi.waitFor(async () => {
      const key = crypto.randomUUID();
      await browser.cache.pages.find([key], () => probe(key));
      expect(await redis.keys(`*${key}`)).toHaveLength(1);
    }, 10_000);
    return { ...browser, calls: container.calls };
  }

  it('serve a product that another container has cached', async () => {
    const keyboard = await shop.sell();
    const [first, second] = [await openContainer(), await openContainer()];
    const read = await first.read(keyboard);
    expect(await second.read(keyboard)).toEqual(read);
    expect(second.calls()).toHaveLength(1);
  });

  it('serve a list that another container has cached', async () => {
    for (let n = 0; n < 3; n += 1) await shop.sell();
    const [first, second] = [await openContainer(), await openContainer()];
    // On a slow machine the cached list can expire before the second request.
    await vi.waitFor(async () => {
      const listed = await first.list(10);
      const before = second.calls().length;
      expect(await second.list(10)).toEqual(listed);
      expect(second.calls()).toHaveLength(before);
    }, 20_000);
  });

  it('drop a product after a write, even if the write fails halfway', async () => {
    const keyboard = await shop.sell({ name: 'Keyboard', stock: 1 });
    const [writer, browser] = [await openContainer(), await openContainer()];
    await browser.list(10);
    await writer.cache.whileChanging(keyboard, () => addStock(shop, { productId: keyboard, units: 5 }));
    expect((await (await openContainer()).list(10)).items).toMatchObject([{ name: 'Keyboard', stock: 6 }]);
    const failing = writer.cache.whileChanging(keyboard, async () => {
      await updateProduct(shop, { productId: keyboard, change: { name: 'Board' } });
      throw new Error('halfway');
    });
    await expect(failing).rejects.toThrow('halfway');
    expect((await (await openContainer()).list(10)).items).toMatchObject([{ name: 'Board', stock: 6 }]);
  });

  it('separate stages and hold only products', async () => {
    await shop.sell();
    const { list } = await openContainer();
    await list(10);
    const keys = (await redis.keys('*')).filter((key) => key.includes(shop.tables.products));
    const kinds = new Set(keys.map((key) => key.split(':')[2]));
    expect(kinds).toEqual(new Set(['copy', 'count', 'page']));
    const other = await createOrderFixture();
    expect((await createBrowserFixture(other, server.url).list(10)).items).toEqual([]);
  });

  it('fall back to the database when Redis crashes during requests', async () => {
    const ids: string[] = [];
    for (let n = 0; n < 5; n += 1) ids.push(await shop.sell({ stock: n, stock_shards: 4 }));
    const crashing = await startRedis();
    const browsers = [createBrowserFixture(shop, crashing.url), createBrowserFixture(shop, crashing.url)];
    const responses: Promise<{ stock: number }[]>[] = [];
    for (let n = 0; n < 200; n += 1) {
      if (n === 100) await crashing.kill();
      const browser = browsers[n % 2] ?? createBrowserFixture(shop);
      responses.push(browser.list(100, n % 3 === 0 ? undefined : ids[0]).then(({ items }) => items));
      if (n % 5 === 0) {
        responses.push(
          browser
            .read(ids[4] ?? '')
            .then(({ shards }) => [{ stock: shards.reduce((sum, { stock }) => sum + stock, 0) }]),
        );
        await new Promise((resolve) => setTimeout(resolve, 2));
      }
    }
    for (const response of await Promise.all(responses)) expect(response.at(-1)?.stock).toBe(4);
    await crashing.stop();
  });
});
