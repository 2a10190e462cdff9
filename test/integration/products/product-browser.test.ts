import { beforeEach, describe, expect, it } from 'vitest';
import { addStock } from '../../../lib/products/add-stock.ts';
import { type Product, stockOf, viewOf } from '../../../lib/products/product.ts';
import { propagateProduct } from '../../../lib/products/propagate-product.ts';
import { readProduct } from '../../../lib/products/read-product.ts';
import { deleteProduct, updateProduct } from '../../../lib/products/update-product.ts';
import { createOrderFixture, type OrderFixture } from '../../support/fixtures/order-fixtures.ts';
import { openBrowser } from '../../support/fixtures/product-browser.ts';

let shop: OrderFixture;
beforeEach(async () => {
  shop = await createOrderFixture();
});

/** A container that reads products, and how many of its requests carried each operation. */
function readingContainer() {
  const container = shop.container();
  return { ...openBrowser(shop, undefined, container), calls: container.calls };
}

const notFound = { code: 'product_not_found' };

describe('a product', () => {
  it('is read without its item when it is remembered', async () => {
    const keyboard = await shop.sell({ stock: 7, stock_shards: 4 });
    const reader = readingContainer();
    const first = await reader.read(keyboard);
    expect(first).toEqual(await readProduct(shop.inventory, keyboard));
    expect(reader.calls()).toHaveLength(2);
    expect(await reader.read(keyboard)).toEqual(first);
    expect(reader.calls()).toHaveLength(3);
  });

  it('is never older than a change that was replied to, whatever other containers remember', async () => {
    const keyboard = await shop.sell({ stock: 7, stock_shards: 4, name: 'Keyboard', price: 100 });
    const readers = [readingContainer(), readingContainer()];
    for (const reader of readers) await reader.read(keyboard);
    for (const change of [
      { name: 'Board' },
      { price: 200 },
      { active: false },
      { limit_per_customer: 2 },
      { limit_per_customer: null },
      { stock_shards: 9 },
    ]) {
      const changed = await updateProduct(shop, shop.inventory, keyboard, change);
      for (const reader of readers) {
        const { product, shards } = await reader.read(keyboard);
        expect(viewOf({ product, shards }, 'EUR')).toEqual(viewOf(changed, 'EUR'));
        expect(shards).toHaveLength(changed.product.stock_shards);
      }
    }
    await deleteProduct(shop, shop.inventory, keyboard);
    for (const reader of readers) await expect(reader.read(keyboard)).rejects.toMatchObject(notFound);
  });

  it('has all its units in a reader that missed new shards, also when making them died halfway', async () => {
    const keyboard = await shop.sell({ stock: 4, stock_shards: 1 });
    const reader = readingContainer();
    await reader.read(keyboard);
    const dying = {
      ...shop,
      stock: {
        ...shop.stock,
        copyToShard: async (product: Product, shard: number) => {
          if (shard === 0) throw new Error('died');
          await shop.stock.copyToShard(product, shard);
        },
      },
    };
    await expect(updateProduct(dying, shop.inventory, keyboard, { stock_shards: 2 })).rejects.toThrow('died');
    const added = await addStock(shop, shop.inventory, keyboard, 10);
    expect(stockOf(added.shards)).toBe(14);
    expect(stockOf((await reader.read(keyboard)).shards)).toBe(14);
  });

  it('is never older than a change that was replied to while many read', async () => {
    const keyboard = await shop.sell({ stock_shards: 4, price: 0 });
    const readers = [readingContainer(), readingContainer()];
    let replied = 0;
    let reading = true;
    const reads = readers.flatMap((reader) =>
      Array.from({ length: 2 }, async () => {
        let seen = 0;
        while (reading) {
          const least = Math.max(replied, seen);
          const { product } = await reader.read(keyboard);
          expect(product.price).toBeGreaterThanOrEqual(least);
          seen = Math.max(seen, replied);
        }
      }),
    );
    for (let price = 1; price <= 12; price += 1) {
      await updateProduct(
        shop,
        shop.inventory,
        keyboard,
        price % 2 === 0 ? { price } : { price, name: `N${price}` },
      );
      replied = price;
    }
    reading = false;
    await Promise.all(reads);
  });

  it('whose change died halfway is shown as it sells, and as changed once that is settled', async () => {
    const keyboard = await shop.sell({ stock_shards: 4, price: 100 });
    const reader = readingContainer();
    await reader.read(keyboard);
    await shop.products.update(keyboard, { price: 200, propagating: 'yes' });
    expect((await reader.read(keyboard)).product.price).toBe(100);
    const propagating = await shop.products.get(keyboard);
    if (propagating === undefined) throw new Error('the product is gone');
    await propagateProduct(shop, shop.inventory, propagating);
    expect((await reader.read(keyboard)).product.price).toBe(200);
  });

  it('shows every sale and every supply at once', async () => {
    const keyboard = await shop.sell({ stock: 10, stock_shards: 4 });
    const reader = readingContainer();
    await reader.read(keyboard);
    await shop.checkout({ customerId: await shop.customer({ [keyboard]: 3 }) });
    expect(viewOf(await reader.read(keyboard), 'EUR')).toMatchObject({ stock: 7, sold: 3 });
    await addStock(shop, shop.inventory, keyboard, 5);
    expect(viewOf(await reader.read(keyboard), 'EUR')).toMatchObject({ stock: 12, sold: 3 });
  });

  it('that does not exist is unknown each time', async () => {
    const reader = readingContainer();
    const id = '0190b8f4-1c7e-7a52-9d5e-0f6f0d4b8c11';
    for (let n = 0; n < 2; n += 1) await expect(reader.read(id)).rejects.toMatchObject(notFound);
  });
});

describe('the list', () => {
  it('gives each active product once, oldest first, page by page', async () => {
    const ids: string[] = [];
    for (let n = 0; n < 7; n++) ids.push(await shop.sell({ name: `N${n}`, stock: n }));
    const [gone = '', paused = ''] = ids;
    await deleteProduct(shop, shop.inventory, gone);
    await updateProduct(shop, shop.inventory, paused, { active: false });
    const reader = readingContainer();
    const seen: string[] = [];
    let after: string | undefined;
    for (let page = 0; page < 5; page++) {
      const { items, next_cursor } = await reader.list(2, after);
      expect(items.length).toBeLessThanOrEqual(2);
      seen.push(...items.map(({ id }) => id));
      if (next_cursor === null) break;
      after = items.at(-1)?.id;
    }
    expect(seen).toEqual(ids.slice(2));
    expect((await reader.list(100)).items.map(({ stock }) => stock)).toEqual([2, 3, 4, 5, 6]);
  });

  it('shows each product as reading it does', async () => {
    const ids = [await shop.sell({ stock: 7, stock_shards: 4 }), await shop.sell({ limit_per_customer: 2 })];
    await shop.checkout({ customerId: await shop.customer({ [ids[0] ?? '']: 3 }) });
    const { items } = await readingContainer().list(10);
    const read = await Promise.all(ids.map((id) => readProduct(shop.inventory, id)));
    expect(items).toEqual(read.map((stocked) => viewOf(stocked, 'EUR')));
  });

  it('reads as much for two hundred requests at once as for one, whatever their limits', async () => {
    for (let n = 0; n < 5; n += 1) await shop.sell({ stock_shards: 32, stock: 64 });
    const one = readingContainer();
    await one.list(100);
    const many = readingContainer();
    const pages = await Promise.all(Array.from({ length: 200 }, (_, n) => many.list(1 + (n % 100))));
    expect(pages.map(({ items }) => items.length)).toEqual(pages.map((_, n) => Math.min(5, 1 + (n % 100))));
    // Limits 1 to 4 may come before the one that asks for all five.
    expect(many.calls().length).toBeLessThanOrEqual(one.calls().length + 4);
    const before = many.calls().length;
    await many.list(3);
    expect(many.calls()).toHaveLength(before);
  });

  it('reads stock once for cursors of all kinds', async () => {
    const ids: string[] = [];
    for (let n = 0; n < 6; n += 1) ids.push(await shop.sell());
    const reader = readingContainer();
    await reader.list(100);
    const before = reader.calls().length;
    for (const id of ids) await reader.list(100, id);
    const added = reader.calls().slice(before);
    expect(added).toEqual(Array(6).fill('Query'));
  });

  it('counts anew what another container counted before there were as many shards', async () => {
    const keyboard = await shop.sell({ stock: 8, stock_shards: 2 });
    const changed = await updateProduct(shop, shop.inventory, keyboard, { stock_shards: 8 });
    const reader = readingContainer();
    const early = { stock: 2, sold: 0, stock_shards: 2, version: changed.product.version };
    await reader.cache.counts.find([keyboard], async () => new Map([[keyboard, early]]));
    expect((await reader.list(10)).items).toEqual([viewOf(changed, 'EUR')]);
  });

  it('sees a change that it would not sell by within the time that it may lag', async () => {
    const keyboard = await shop.sell({ name: 'Keyboard', stock: 4, stock_shards: 2 });
    const reader = readingContainer();
    await reader.list(10);
    const changed = await updateProduct(shop, shop.inventory, keyboard, { name: 'Board', stock_shards: 8 });
    await expect
      .poll(async () => (await reader.list(10)).items, { timeout: 10_000 })
      .toEqual([viewOf(changed, 'EUR')]);
    await deleteProduct(shop, shop.inventory, keyboard);
    await expect.poll(async () => (await reader.list(10)).items, { timeout: 10_000 }).toEqual([]);
  });
});
