import { beforeEach, describe, expect, it } from 'vitest';
import { addStock } from '../../../lib/products/add-stock.ts';
import { type Product, stockOf, viewOf } from '../../../lib/products/product.ts';
import { propagateProduct } from '../../../lib/products/propagate-product.ts';
import { deleteProduct, updateProduct } from '../../../lib/products/update-product.ts';
import { interruptedUpdate } from '../../support/fixtures/interrupted-update.ts';
import { createOrderFixture, type OrderFixture } from '../../support/fixtures/order-fixtures.ts';
import { createBrowserFixture } from '../../support/fixtures/product-browser.ts';

let shop: OrderFixture;
beforeEach(async () => {
  shop = await createOrderFixture();
});

/** A container with a product browser, and the requests that it sends. */
function openContainer() {
  const container = shop.container();
  return { ...createBrowserFixture(shop, undefined, container), calls: container.calls };
}

const notFound = { code: 'product_not_found' };

describe('ProductBrowser.read', () => {
  it('reads only the shards of a cached product', async () => {
    const keyboard = await shop.sell({ stock: 7, stock_shards: 4 });
    const browser = openContainer();
    const first = await browser.read(keyboard);
    expect(first).toEqual(await shop.inventory.readOne(keyboard));
    expect(browser.calls()).toHaveLength(2);
    expect(await browser.read(keyboard)).toEqual(first);
    expect(browser.calls()).toHaveLength(3);
  });

  it('includes every completed update, whatever the container has cached', async () => {
    const keyboard = await shop.sell({ stock: 7, stock_shards: 4, name: 'Keyboard', price: 100 });
    const browsers = [openContainer(), openContainer()];
    for (const browser of browsers) await browser.read(keyboard);
    for (const change of [
      { name: 'Board' },
      { price: 200 },
      { active: false },
      { limit_per_customer: 2 },
      { limit_per_customer: null },
      { stock_shards: 9 },
    ]) {
      const changed = await updateProduct(shop, { productId: keyboard, change });
      for (const browser of browsers) {
        const { product, shards } = await browser.read(keyboard);
        expect(viewOf({ product, shards })).toEqual(viewOf(changed));
        expect(shards).toHaveLength(changed.product.stock_shards);
      }
    }
    await deleteProduct(shop, { productId: keyboard });
    for (const browser of browsers) await expect(browser.read(keyboard)).rejects.toMatchObject(notFound);
  });

  it('includes units of shards that were added after it cached the product', async () => {
    const keyboard = await shop.sell({ stock: 4, stock_shards: 1 });
    const browser = openContainer();
    await browser.read(keyboard);
    const crashing = {
      ...shop,
      stock: {
        ...shop.stock,
        copyToShard: async (product: Product, shard: number) => {
          if (shard === 0) throw new Error('crashed');
          await shop.stock.copyToShard(product, shard);
        },
      },
    };
    const update = updateProduct(crashing, { productId: keyboard, change: { stock_shards: 2 } });
    await expect(update).rejects.toThrow('crashed');
    const added = await addStock(shop, { productId: keyboard, units: 10 });
    expect(stockOf(added.shards)).toBe(14);
    expect(stockOf((await browser.read(keyboard)).shards)).toBe(14);
  });

  it('includes every completed update while updates and reads race', async () => {
    const keyboard = await shop.sell({ stock_shards: 4, price: 0 });
    const browsers = [openContainer(), openContainer()];
    let completed = 0;
    let reading = true;
    const reads = browsers.flatMap((browser) =>
      Array.from({ length: 2 }, async () => {
        let seen = 0;
        while (reading) {
          const least = Math.max(completed, seen);
          const { product } = await browser.read(keyboard);
          expect(product.price).toBeGreaterThanOrEqual(least);
          seen = Math.max(seen, completed);
        }
      }),
    );
    for (let price = 1; price <= 12; price += 1) {
      await updateProduct(shop, {
        productId: keyboard,
        change: price % 2 === 0 ? { price } : { price, name: `N${price}` },
      });
      completed = price;
    }
    reading = false;
    await Promise.all(reads);
  });

  it('shows an interrupted update only after it is propagated', async () => {
    const keyboard = await shop.sell({ stock_shards: 4, price: 100 });
    const browser = openContainer();
    await browser.read(keyboard);
    const updated = await interruptedUpdate(shop.products, keyboard, { price: 200 });
    expect((await browser.read(keyboard)).product.price).toBe(100);
    await propagateProduct(shop, updated);
    expect((await browser.read(keyboard)).product.price).toBe(200);
  });

  it('shows every sale and every restock immediately', async () => {
    const keyboard = await shop.sell({ stock: 10, stock_shards: 4 });
    const browser = openContainer();
    await browser.read(keyboard);
    await shop.checkout({ customerId: await shop.customer({ [keyboard]: 3 }) });
    expect(viewOf(await browser.read(keyboard))).toMatchObject({ stock: 7, sold: 3 });
    await addStock(shop, { productId: keyboard, units: 5 });
    expect(viewOf(await browser.read(keyboard))).toMatchObject({ stock: 12, sold: 3 });
  });

  it('throws product_not_found for an unknown product every time', async () => {
    const browser = openContainer();
    const id = '0190b8f4-1c7e-7a52-9d5e-0f6f0d4b8c11';
    for (let n = 0; n < 2; n += 1) await expect(browser.read(id)).rejects.toMatchObject(notFound);
  });
});

describe('ProductBrowser.list', () => {
  it('pages through active products, oldest first', async () => {
    const ids: string[] = [];
    for (let n = 0; n < 7; n++) ids.push(await shop.sell({ name: `N${n}`, stock: n }));
    const [gone = '', paused = ''] = ids;
    await deleteProduct(shop, { productId: gone });
    await updateProduct(shop, { productId: paused, change: { active: false } });
    const browser = openContainer();
    const seen: string[] = [];
    let after: string | undefined;
    for (let page = 0; page < 5; page++) {
      const { items, next_cursor } = await browser.list(2, after);
      expect(items.length).toBeLessThanOrEqual(2);
      seen.push(...items.map(({ id }) => id));
      if (next_cursor === null) break;
      after = items.at(-1)?.id;
    }
    expect(seen).toEqual(ids.slice(2));
    expect((await browser.list(100)).items.map(({ stock }) => stock)).toEqual([2, 3, 4, 5, 6]);
  });

  it('shows each product as read does', async () => {
    const ids = [await shop.sell({ stock: 7, stock_shards: 4 }), await shop.sell({ limit_per_customer: 2 })];
    await shop.checkout({ customerId: await shop.customer({ [ids[0] ?? '']: 3 }) });
    const { items } = await openContainer().list(10);
    const read = await Promise.all(ids.map((id) => shop.inventory.readOne(id)));
    expect(items).toEqual(read.map((stocked) => viewOf(stocked)));
  });

  it('reads no more for 200 concurrent requests with different limits than for one', async () => {
    for (let n = 0; n < 5; n += 1) await shop.sell({ stock_shards: 32, stock: 64 });
    const one = openContainer();
    await one.list(100);
    const many = openContainer();
    const pages = await Promise.all(Array.from({ length: 200 }, (_, n) => many.list(1 + (n % 100))));
    expect(pages.map(({ items }) => items.length)).toEqual(pages.map((_, n) => Math.min(5, 1 + (n % 100))));
    // Requests with limits 1 to 4 may be first and load fewer than all five products.
    expect(many.calls().length).toBeLessThanOrEqual(one.calls().length + 4);
    const before = many.calls().length;
    await many.list(3);
    expect(many.calls()).toHaveLength(before);
  });

  it('shares cached stock between pages that overlap', async () => {
    const ids: string[] = [];
    for (let n = 0; n < 6; n += 1) ids.push(await shop.sell());
    const browser = openContainer();
    await browser.list(100);
    const before = browser.calls().length;
    for (const id of ids) await browser.list(100, id);
    const added = browser.calls().slice(before);
    expect(added).toEqual(Array(6).fill('Query'));
  });

  it('reloads totals that were cached before the product gained shards', async () => {
    const keyboard = await shop.sell({ stock: 8, stock_shards: 2 });
    const changed = await updateProduct(shop, { productId: keyboard, change: { stock_shards: 8 } });
    const browser = openContainer();
    const early = { stock: 2, sold: 0, stock_shards: 2, version: changed.product.version };
    await browser.cache.stock.find([keyboard], async () => new Map([[keyboard, early]]));
    expect((await browser.list(10)).items).toEqual([viewOf(changed)]);
  });

  it('shows updates and deletions within a few seconds', async () => {
    const keyboard = await shop.sell({ name: 'Keyboard', stock: 4, stock_shards: 2 });
    const browser = openContainer();
    await browser.list(10);
    const changed = await updateProduct(shop, {
      productId: keyboard,
      change: { name: 'Board', stock_shards: 8 },
    });
    await expect.poll(async () => (await browser.list(10)).items, { timeout: 10_000 }).toEqual([viewOf(changed)]);
    await deleteProduct(shop, { productId: keyboard });
    await expect.poll(async () => (await browser.list(10)).items, { timeout: 10_000 }).toEqual([]);
  });
});
