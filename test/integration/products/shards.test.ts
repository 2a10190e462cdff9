import { beforeEach, describe, expect, it } from 'vitest';
import { addStock } from '../../../lib/products/add-stock.ts';
import { soldOf, stockOf } from '../../../lib/products/product.ts';
import { propagateProduct } from '../../../lib/products/propagate-product.ts';
import { transferStock } from '../../../lib/products/transfer-stock.ts';
import { updateProduct } from '../../../lib/products/update-product.ts';
import { type Attempt, atRates } from '../../support/database/fault-injection.ts';
import { interruptedUpdate } from '../../support/fixtures/interrupted-update.ts';
import { checkoutOutcome, createOrderFixture, type OrderFixture } from '../../support/fixtures/order-fixtures.ts';

let shop: OrderFixture;
beforeEach(async () => {
  shop = await createOrderFixture();
});

const read = (id: string) => shop.inventory.readOne(id);

/** Checks out one unit for each of several customers. */
const buy = async (productId: string, times: number) => {
  const customers = await Promise.all(Array.from({ length: times }, () => shop.customer({ [productId]: 1 })));
  return Promise.all(customers.map((customerId) => checkoutOutcome(shop.container().checkout({ customerId }))));
};

describe('updateProduct with more shards', () => {
  it('transfers units to every new shard', async () => {
    const keyboard = await shop.sell({ stock: 320 });
    const { shards } = await updateProduct(shop, { productId: keyboard, change: { stock_shards: 32 } });
    expect(shards).toHaveLength(32);
    expect(Math.min(...shards.map(({ stock }) => stock))).toBeGreaterThan(0);
    await shop.checkLedger();
  });

  it('fills new shards during a sale, and the product sells out exactly', async () => {
    const keyboard = await shop.sell({ stock: 80 });
    const sales = buy(keyboard, 60);
    await updateProduct(shop, { productId: keyboard, change: { stock_shards: 32 } });
    const early = await sales;
    const late = await buy(keyboard, 40);
    expect([...early, ...late].filter(({ order }) => order !== undefined)).toHaveLength(80);
    expect((await shop.checkLedger()).confirmed).toHaveLength(80);
  });

  it('loses no unit when propagations race under conflicts (seed 5)', async () => {
    const keyboard = await shop.sell({ stock: 100 });
    const updated = await interruptedUpdate(shop.products, keyboard, { stock_shards: 8 });
    const container = shop.container(atRates(5, { conflict: 0.3, timeout_after: 0.05 }));
    const sales = buy(keyboard, 20);
    await Promise.all(
      [0, 1, 2].map(() => propagateProduct({ ...container, inventory: shop.container().inventory }, updated)),
    );
    await sales;
    const { shards } = await read(keyboard);
    expect([stockOf(shards), soldOf(shards)]).toEqual([80, 20]);
    await shop.checkLedger();
  });
});

describe('transferStock', () => {
  it('transfers all of the units or none', async () => {
    const keyboard = await shop.sell({ stock: 4, stock_shards: 2 });
    expect(await transferStock(shop, { product_id: keyboard, from: 0, to: 1, quantity: 3 })).toBe(false);
    expect(await transferStock(shop, { product_id: keyboard, from: 0, to: 1, quantity: 2 })).toBe(true);
    const { shards } = await read(keyboard);
    expect(shards.map(({ stock }) => stock).sort()).toEqual([0, 4]);
    await shop.checkLedger();
  });

  it('increments stock_increases of the receiving shard only', async () => {
    const keyboard = await shop.sell({ stock: 4, stock_shards: 2 });
    await transferStock(shop, { product_id: keyboard, from: 0, to: 1, quantity: 1 });
    const { shards } = await read(keyboard);
    expect(shards.map(({ shard, stock_increases }) => [shard, stock_increases]).sort()).toEqual([
      [0, 0],
      [1, 1],
    ]);
  });
});

describe('addStock', () => {
  it('fills the emptiest shards', async () => {
    const keyboard = await shop.sell({ stock: 4, stock_shards: 4 });
    const { shards } = await addStock(shop, { productId: keyboard, units: 2 });
    expect(shards.map(({ stock }) => stock).sort()).toEqual([1, 1, 2, 2]);
  });

  it.each([1, 8, 1_000])('adds units once, to fewer shards, under contention on 32 (%i units)', async (units) => {
    const keyboard = await shop.sell({ stock: 32, stock_shards: 32 });
    // 9 actions are the existence check and 8 shards.
    const conflicts = ({ actions }: Attempt) => (actions > 9 ? 'conflict' : undefined);
    const container = shop.container(conflicts);
    await addStock(container, { productId: keyboard, units });
    shop.supplied[keyboard] = 32 + units;
    await shop.checkLedger();
  });

  it('adds all units to one shard under contention on the others', async () => {
    const keyboard = await shop.sell({ stock: 0, stock_shards: 32 });
    const container = shop.container(({ actions }) => (actions > 2 ? 'conflict' : undefined));
    const { shards } = await addStock(container, { productId: keyboard, units: 100 });
    shop.supplied[keyboard] = 100;
    expect(shards.filter(({ stock }) => stock > 0)).toHaveLength(1);
    await shop.checkLedger();
  });

  it('adds nothing and throws contention if a single shard has conflicts to the end', async () => {
    const keyboard = await shop.sell({ stock: 5 });
    const container = shop.container(({ actions }) => (actions > 0 ? 'conflict' : undefined));
    await expect(addStock(container, { productId: keyboard, units: 100 })).rejects.toMatchObject({
      code: 'contention',
    });
    await shop.checkLedger();
  });

  it('adds units once when the response is lost', async () => {
    const keyboard = await shop.sell({ stock: 5, stock_shards: 2 });
    const container = shop.container(({ actions, attempt }) =>
      actions > 0 && attempt === 1 ? 'timeout_after' : undefined,
    );
    await addStock(container, { productId: keyboard, units: 10 });
    shop.supplied[keyboard] = 15;
    await shop.checkLedger();
  });

  it('adds units at most once when the response is lost and the retries are throttled', async () => {
    const keyboard = await shop.sell({ stock: 5, stock_shards: 2 });
    const container = shop.container(({ actions, call, attempt }) => {
      if (actions === 0 || call > 1) return undefined;
      return attempt === 1 ? 'timeout_after' : 'throttled';
    });
    // The outcome may be unknown here, but units must not be added twice.
    await addStock(container, { productId: keyboard, units: 10 }).catch(() => undefined);
    shop.supplied[keyboard] = 15;
    await shop.checkLedger();
  });

  it('keeps the ledger correct when checkouts race with it', async () => {
    const keyboard = await shop.sell({ stock: 10, stock_shards: 4 });
    await Promise.all([buy(keyboard, 20), addStock(shop, { productId: keyboard, units: 30 })]);
    shop.supplied[keyboard] = 40;
    await shop.checkLedger();
  });
});
