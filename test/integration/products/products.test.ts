// Long: one product through every write to it and its shards.
import { beforeEach, describe, expect, it } from 'vitest';
import { addStock } from '../../../lib/products/add-stock.ts';
import { moveUnits } from '../../../lib/products/move-units.ts';
import { soldOf, stockOf } from '../../../lib/products/product.ts';
import { readProduct } from '../../../lib/products/read-product.ts';
import { settleProduct } from '../../../lib/products/settle-product.ts';
import { deleteProduct, updateProduct } from '../../../lib/products/update-product.ts';
import { type Attempt, atRates } from '../../support/faults.ts';
import { openShop, outcomeOf, type Shop } from '../../support/stocked-shop.ts';

let shop: Shop;
beforeEach(async () => {
  shop = await openShop();
});

const read = (id: string) => readProduct(shop.catalog, id);

/** Checkouts of one unit each, by customers of their own. */
const buy = async (productId: string, times: number) => {
  const customers = await Promise.all(Array.from({ length: times }, () => shop.customer({ [productId]: 1 })));
  return Promise.all(customers.map((customer_id) => outcomeOf(shop.container().checkout({ customer_id }))));
};

describe('a new product', () => {
  it('has its stock spread over its shards', async () => {
    const { shards } = await read(await shop.sell({ stock: 10, stock_shards: 4 }));
    expect(shards.map(({ stock }) => stock).sort()).toEqual([2, 2, 3, 3]);
  });
});

describe('a change of price', () => {
  it('has reached every shard when it returns', async () => {
    const keyboard = await shop.sell({ stock_shards: 32, price: 100 });
    const { product, shards } = await updateProduct(shop, shop.catalog, keyboard, { price: 150 });
    expect(product).toMatchObject({ price: 150, version: 2 });
    expect(product.unsettled).toBeUndefined();
    expect(shards.map(({ price, product_version }) => [price, product_version])).toEqual(
      Array.from({ length: 32 }, () => [150, 2]),
    );
  });

  it('that died after its first write is finished by settling', async () => {
    const keyboard = await shop.sell({ stock: 12, stock_shards: 4, price: 100 });
    await shop.products.update(keyboard, { price: 150, active: false, stock_shards: 6, unsettled: 'yes' });
    const { products } = await shop.products.listUnsettled(10);
    expect(products.map(({ id }) => id)).toEqual([keyboard]);
    for (const product of products) await settleProduct(shop, shop.catalog, product);
    const { product, shards } = await read(keyboard);
    expect(shards.map(({ price, active }) => [price, active])).toEqual(
      Array.from({ length: 6 }, () => [150, false]),
    );
    expect(product.unsettled).toBeUndefined();
    expect((await shop.products.listUnsettled(10)).products).toEqual([]);
    await shop.books();
  });

  it('that died between two shards lets orders pay the price of the shard they take from', async () => {
    const keyboard = await shop.sell({ stock: 8, stock_shards: 4, price: 100 });
    const result = await shop.products.update(keyboard, { price: 150, unsettled: 'yes' });
    if ('refused' in result) throw new Error('the product was refused');
    await shop.stock.follow(result.updated, 0);
    const outcomes = await buy(keyboard, 10);
    expect(outcomes.filter(({ order }) => order?.total === 150)).toHaveLength(2);
    expect(outcomes.filter(({ order }) => order?.total === 100)).toHaveLength(6);
    await shop.books();
  });

  it('racing with others leaves every shard at the latest version', async () => {
    const keyboard = await shop.sell({ stock_shards: 8, price: 100 });
    await Promise.all(
      [110, 120, 130, 140, 150, 160].map((price) =>
        updateProduct(shop.container(), shop.container().catalog, keyboard, { price }),
      ),
    );
    const { product, shards } = await read(keyboard);
    expect(product.version).toBe(7);
    expect(product.unsettled).toBeUndefined();
    for (const shard of shards) {
      expect(shard).toMatchObject({ price: product.price, product_version: product.version });
    }
  });

  it('of an old version that comes late changes nothing', async () => {
    const keyboard = await shop.sell({ price: 100 });
    const old = await shop.products.get(keyboard);
    await updateProduct(shop, shop.catalog, keyboard, { price: 150 });
    if (old !== undefined) await settleProduct(shop, shop.catalog, old);
    const { shards } = await read(keyboard);
    expect(shards).toMatchObject([{ price: 150, product_version: 2 }]);
  });

  it('of an old version does not mark a later one as settled', async () => {
    const keyboard = await shop.sell({ price: 100 });
    const old = await shop.products.get(keyboard);
    await shop.products.update(keyboard, { price: 150, unsettled: 'yes' });
    if (old !== undefined) await settleProduct(shop, shop.catalog, old);
    expect((await shop.products.get(keyboard))?.unsettled).toBe('yes');
  });

  it('under sale is obeyed by every order that begins after it', async () => {
    const keyboard = await shop.sell({ stock: 40, stock_shards: 4, price: 100 });
    const during = buy(keyboard, 20);
    await updateProduct(shop, shop.catalog, keyboard, { price: 150 });
    const after = await buy(keyboard, 10);
    expect(new Set(after.map(({ order }) => order?.total))).toEqual(new Set([150]));
    for (const { order } of await during) expect([100, 150]).toContain(order?.total);
    await shop.books();
  });
});

describe('a change of a product', () => {
  it('of another version than expected is refused', async () => {
    const keyboard = await shop.sell();
    await updateProduct(shop, shop.catalog, keyboard, { name: 'Board' }, [1]);
    await expect(updateProduct(shop, shop.catalog, keyboard, { name: 'Bored' }, [1])).rejects.toMatchObject({
      code: 'version_mismatch',
    });
    expect((await read(keyboard)).product).toMatchObject({ name: 'Board', version: 2 });
  });

  it('by many at once who expect the same version succeeds for one', async () => {
    const keyboard = await shop.sell();
    const results = await Promise.allSettled(
      Array.from({ length: 8 }, (_, n) =>
        updateProduct(shop, shop.catalog, keyboard, { name: `N${n}` }, [1]),
      ),
    );
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
  });

  it('to fewer shards is refused', async () => {
    const keyboard = await shop.sell({ stock_shards: 4 });
    await expect(updateProduct(shop, shop.catalog, keyboard, { stock_shards: 3 })).rejects.toMatchObject({
      code: 'invalid_request',
    });
  });

  it('that deletes it ends its sale and hides it, and a second time it is unknown', async () => {
    const keyboard = await shop.sell({ stock_shards: 2 });
    const customer_id = await shop.customer({ [keyboard]: 1 });
    await deleteProduct(shop, shop.catalog, keyboard);
    await expect(read(keyboard)).rejects.toMatchObject({ code: 'product_not_found' });
    expect((await outcomeOf(shop.container().checkout({ customer_id }))).code).toBe('product_unavailable');
    await expect(deleteProduct(shop, shop.catalog, keyboard)).rejects.toMatchObject({
      code: 'product_not_found',
    });
    await expect(addStock(shop, shop.catalog, keyboard, 5)).rejects.toMatchObject({
      code: 'product_not_found',
    });
    await expect(updateProduct(shop, shop.catalog, keyboard, { active: true })).rejects.toMatchObject({
      code: 'product_not_found',
    });
    await shop.books();
  });

  it('survives the conflict with a transaction on the same product', async () => {
    const keyboard = await shop.sell();
    const container = shop.container(({ operation, call }) =>
      operation === 'UpdateItem' && call <= 2 ? 'conflict' : undefined,
    );
    const { product } = await updateProduct(container, container.catalog, keyboard, { name: 'Board' });
    expect(product.name).toBe('Board');
  });

  it('survives conflicts of its shards with sales', async () => {
    const keyboard = await shop.sell({ stock_shards: 4, price: 100 });
    // The first update is the product's own.
    const container = shop.container(({ operation, call }) =>
      operation === 'UpdateItem' && call > 1 && call < 10 ? 'conflict' : undefined,
    );
    const { shards } = await updateProduct(container, container.catalog, keyboard, { price: 150 });
    expect(shards.every(({ price }) => price === 150)).toBe(true);
  });
});

describe('more shards', () => {
  it('share the units that one shard had', async () => {
    const keyboard = await shop.sell({ stock: 320 });
    const { shards } = await updateProduct(shop, shop.catalog, keyboard, { stock_shards: 32 });
    expect(shards).toHaveLength(32);
    expect(Math.min(...shards.map(({ stock }) => stock))).toBeGreaterThan(0);
    await shop.books();
  });

  it('are filled while the product sells, and it still sells out exactly', async () => {
    const keyboard = await shop.sell({ stock: 80 });
    const sales = buy(keyboard, 60);
    await updateProduct(shop, shop.catalog, keyboard, { stock_shards: 32 });
    const early = await sales;
    const late = await buy(keyboard, 40);
    expect([...early, ...late].filter(({ order }) => order !== undefined)).toHaveLength(80);
    expect((await shop.books()).confirmed).toHaveLength(80);
  });

  it('are filled by many settlers at once under conflicts, and no unit is lost (seed 5)', async () => {
    const keyboard = await shop.sell({ stock: 100 });
    const result = await shop.products.update(keyboard, { stock_shards: 8, unsettled: 'yes' });
    if ('refused' in result) throw new Error('the product was refused');
    const container = shop.container(atRates(5, { conflict: 0.3, timeout_after: 0.05 }));
    const sales = buy(keyboard, 20);
    await Promise.all(
      [0, 1, 2].map(() => settleProduct(container, shop.container().catalog, result.updated)),
    );
    await sales;
    const { shards } = await read(keyboard);
    expect([stockOf(shards), soldOf(shards)]).toEqual([80, 20]);
    await shop.books();
  });
});

describe('a move of units', () => {
  it('that are sold by now is not made, not even in part', async () => {
    const keyboard = await shop.sell({ stock: 4, stock_shards: 2 });
    expect(await moveUnits(shop, keyboard, { from: 0, to: 1, units: 3 })).toBe(false);
    expect(await moveUnits(shop, keyboard, { from: 0, to: 1, units: 2 })).toBe(true);
    const { shards } = await read(keyboard);
    expect(shards.map(({ stock }) => stock).sort()).toEqual([0, 4]);
    await shop.books();
  });

  it('shows in the refills of the shard that gains, and only there', async () => {
    const keyboard = await shop.sell({ stock: 4, stock_shards: 2 });
    await moveUnits(shop, keyboard, { from: 0, to: 1, units: 1 });
    const { shards } = await read(keyboard);
    expect(shards.map(({ shard, refills }) => [shard, refills]).sort()).toEqual([
      [0, 0],
      [1, 1],
    ]);
  });
});

describe('added stock', () => {
  it('goes to the poorest shards', async () => {
    const keyboard = await shop.sell({ stock: 4, stock_shards: 4 });
    const { shards } = await addStock(shop, shop.catalog, keyboard, 2);
    expect(shards.map(({ stock }) => stock).sort()).toEqual([1, 1, 2, 2]);
  });

  it.each([1, 8, 1_000])(
    'over 32 busy shards is added once, over fewer of them (%i units)',
    async (units) => {
      const keyboard = await shop.sell({ stock: 32, stock_shards: 32 });
      // One action is the check that the product exists.
      const busy = ({ actions }: Attempt) => (actions > 9 ? 'conflict' : undefined);
      const container = shop.container(busy);
      await addStock(container, container.catalog, keyboard, units);
      shop.supplied[keyboard] = 32 + units;
      await shop.books();
    },
  );

  it('narrows down to one shard', async () => {
    const keyboard = await shop.sell({ stock: 0, stock_shards: 32 });
    const container = shop.container(({ actions }) => (actions > 2 ? 'conflict' : undefined));
    const { shards } = await addStock(container, container.catalog, keyboard, 100);
    shop.supplied[keyboard] = 100;
    expect(shards.filter(({ stock }) => stock > 0)).toHaveLength(1);
    await shop.books();
  });

  it('is refused, and nothing added, when even one shard stays busy', async () => {
    const keyboard = await shop.sell({ stock: 5 });
    const container = shop.container(({ actions }) => (actions > 0 ? 'conflict' : undefined));
    await expect(addStock(container, container.catalog, keyboard, 100)).rejects.toMatchObject({
      code: 'contention',
    });
    await shop.books();
  });

  it('is added once when the reply is lost', async () => {
    const keyboard = await shop.sell({ stock: 5, stock_shards: 2 });
    const container = shop.container(({ actions, attempt }) =>
      actions > 0 && attempt === 1 ? 'timeout_after' : undefined,
    );
    await addStock(container, container.catalog, keyboard, 10);
    shop.supplied[keyboard] = 15;
    await shop.books();
  });

  it('is added at most once when the reply is lost and the repeats are throttled', async () => {
    const keyboard = await shop.sell({ stock: 5, stock_shards: 2 });
    const container = shop.container(({ actions, call, attempt }) => {
      if (actions === 0 || call > 1) return undefined;
      return attempt === 1 ? 'timeout_after' : 'throttled';
    });
    // Not to know is a fair answer here; to add twice is not.
    await addStock(container, container.catalog, keyboard, 10).catch(() => undefined);
    shop.supplied[keyboard] = 15;
    await shop.books();
  });

  it('is sold by checkouts that race with it', async () => {
    const keyboard = await shop.sell({ stock: 10, stock_shards: 4 });
    await Promise.all([buy(keyboard, 20), addStock(shop, shop.catalog, keyboard, 30)]);
    shop.supplied[keyboard] = 40;
    await shop.books();
  });
});
