import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { connectRedis, type Redis } from '../../../lib/platform/redis.ts';
import { addStock } from '../../../lib/products/add-stock.ts';
import { updateProduct } from '../../../lib/products/update-product.ts';
import { createOrderFixture, type OrderFixture } from '../../support/fixtures/order-fixtures.ts';
import { openBrowser } from '../../support/fixtures/product-browser.ts';
import { type RedisServer, startRedis, whyNoRedis } from '../../support/services/redis.ts';

if (whyNoRedis !== undefined) process.stderr.write(`skipped: ${whyNoRedis}\n`);

describe.skipIf(whyNoRedis !== undefined)('containers that share a cache', () => {
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

  /** A container that has its connection, and remembers nothing. */
  async function openContainer() {
    const container = shop.container();
    const reader = openBrowser(shop, server.url, container);
    const probe = async (key: string) => new Map([[key, { ids: [] }]]);
    await vi.waitFor(async () => {
      const key = crypto.randomUUID();
      await reader.cache.pages.find([key], () => probe(key));
      expect(await redis.keys(`*${key}`)).toHaveLength(1);
    }, 10_000);
    return { ...reader, calls: container.calls };
  }

  it('read a product that one of them knows without its item', async () => {
    const keyboard = await shop.sell();
    const [first, second] = [await openContainer(), await openContainer()];
    const read = await first.read(keyboard);
    expect(await second.read(keyboard)).toEqual(read);
    expect(second.calls()).toHaveLength(1);
  });

  it('list what one of them has read without a read', async () => {
    for (let n = 0; n < 3; n += 1) await shop.sell();
    const [first, second] = [await openContainer(), await openContainer()];
    // Slow machines take longer than the two seconds that the list is kept.
    await vi.waitFor(async () => {
      const listed = await first.list(10);
      const before = second.calls().length;
      expect(await second.list(10)).toEqual(listed);
      expect(second.calls()).toHaveLength(before);
    }, 20_000);
  });

  it('see a write of one of them at once, also when it fails halfway', async () => {
    const keyboard = await shop.sell({ name: 'Keyboard', stock: 1 });
    const [writer, reader] = [await openContainer(), await openContainer()];
    await reader.list(10);
    await writer.cache.whileChanging(keyboard, () => addStock(shop, shop.inventory, keyboard, 5));
    expect((await (await openContainer()).list(10)).items).toMatchObject([{ name: 'Keyboard', stock: 6 }]);
    const dying = writer.cache.whileChanging(keyboard, async () => {
      await updateProduct(shop, shop.inventory, keyboard, { name: 'Board' });
      throw new Error('halfway');
    });
    await expect(dying).rejects.toThrow('halfway');
    expect((await (await openContainer()).list(10)).items).toMatchObject([{ name: 'Board', stock: 6 }]);
  });

  it('keep each stage to itself, and nothing but products', async () => {
    await shop.sell();
    const { list } = await openContainer();
    await list(10);
    const keys = (await redis.keys('*')).filter((key) => key.includes(shop.tables.products));
    const kinds = new Set(keys.map((key) => key.split(':')[2]));
    expect(kinds).toEqual(new Set(['copy', 'count', 'page']));
    const other = await createOrderFixture();
    expect((await openBrowser(other, server.url).list(10)).items).toEqual([]);
  });

  it('answer all requests while Redis dies in the middle of them, and show what is true', async () => {
    const ids: string[] = [];
    for (let n = 0; n < 5; n += 1) ids.push(await shop.sell({ stock: n, stock_shards: 4 }));
    const mortal = await startRedis();
    const readers = [openBrowser(shop, mortal.url), openBrowser(shop, mortal.url)];
    const answers: Promise<{ stock: number }[]>[] = [];
    for (let n = 0; n < 200; n += 1) {
      if (n === 100) await mortal.kill();
      const reader = readers[n % 2] ?? openBrowser(shop);
      answers.push(reader.list(100, n % 3 === 0 ? undefined : ids[0]).then(({ items }) => items));
      if (n % 5 === 0) {
        answers.push(
          reader
            .read(ids[4] ?? '')
            .then(({ shards }) => [{ stock: shards.reduce((sum, { stock }) => sum + stock, 0) }]),
        );
        await new Promise((resolve) => setTimeout(resolve, 2));
      }
    }
    for (const answer of await Promise.all(answers)) expect(answer.at(-1)?.stock).toBe(4);
    await mortal.stop();
  });
});
