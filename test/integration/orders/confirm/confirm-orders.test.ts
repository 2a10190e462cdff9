import { TransactWriteCommand } from '@aws-sdk/lib-dynamodb';
import { beforeEach, describe, expect, it } from 'vitest';
import type { AllocatedOrder } from '../../../../lib/orders/confirm/allocation.ts';
import {
  confirmOrders,
  type Decision,
  type WritableOrder,
} from '../../../../lib/orders/confirm/confirm-orders.ts';
import { type Order, order, totalOf } from '../../../../lib/orders/order.ts';
import { newId } from '../../../../lib/platform/ids.ts';
import type { TransactAction } from '../../../../lib/platform/transaction.ts';
import type { StockedProduct } from '../../../../lib/products/product.ts';
import { atRates } from '../../../support/fault-injection.ts';
import { type Container, createOrderFixture, type OrderFixture } from '../../../support/order-fixtures.ts';

let shop: OrderFixture;
beforeEach(async () => {
  shop = await createOrderFixture();
});

type Line = { product_id: string; quantity: number; unit_price?: number };

function ordering(
  lines: readonly Line[],
  overrides: { id?: string; customer_id?: string } = {},
): WritableOrder<Order> {
  const { id = newId(), customer_id = newId() } = overrides;
  const orderOf = ({ lines, allocations, counted }: AllocatedOrder): Order => ({
    id,
    customer_id,
    status: 'CONFIRMED',
    lines: [...lines],
    total: totalOf(lines),
    currency: 'EUR',
    created_at: '2025-12-12T00:00:00.000Z',
    allocations: allocations.map(({ product_id, shard, quantity }) => ({ product_id, shard, quantity })),
    counted: counted.map(({ product_id }) => product_id),
  });
  return {
    id,
    customer_id,
    lines,
    writtenItems: [`order ${id}`],
    writes: (allocated) => [
      { item: shop.orders.putAction(orderOf(allocated)), failure: (old) => order.parse(old) },
    ],
  };
}

const batch = (size: number, product_id: string, quantity = 1) =>
  Array.from({ length: size }, () => ordering([{ product_id, quantity }]));

const count = (decisions: ReadonlyMap<string, Decision<Order>>, outcome: Decision<Order>['outcome']) =>
  [...decisions.values()].filter((decision) => decision.outcome === outcome).length;

describe('a batch of orders', () => {
  it.each([1, 4, 32])('sells out %i shards exactly, in the order of arrival', async (stock_shards) => {
    const keyboard = await shop.sell({ stock: 150, stock_shards });
    const orders = batch(200, keyboard);
    const decisions = await confirmOrders(shop, orders, { optimistic: false });
    expect(orders.map(({ id }) => decisions.get(id)?.outcome)).toEqual(
      orders.map((_, index) => (index < 150 ? 'confirmed' : 'rejected')),
    );
    expect((await shop.books()).confirmed).toHaveLength(150);
  });

  it('of 98 allocations one write for each order and one for the stock', async () => {
    const keyboard = await shop.sell({ stock: 1_000, stock_shards: 4 });
    const container = shop.container();
    await confirmOrders(container, batch(98, keyboard), { optimistic: true });
    const sent = container.attempts.filter(({ operation }) => operation === 'TransactWriteItems');
    expect(sent.map(({ actions }) => actions)).toEqual([99]);
    await shop.books();
  });

  it('delivered twice at once is confirmed once', async () => {
    const keyboard = await shop.sell({ stock: 60, stock_shards: 2 });
    const orders = batch(40, keyboard);
    const deliveries = await Promise.all(
      [0, 1, 2].map(() => confirmOrders(shop.container(), orders, { optimistic: true })),
    );
    const { confirmed } = await shop.books();
    expect(confirmed).toHaveLength(40);
    for (const decisions of deliveries) {
      expect(count(decisions, 'confirmed') + count(decisions, 'condition_failed')).toBe(40);
    }
  });

  it('meets other batches on few units without overselling or deadlock', async () => {
    const products = await Promise.all([30, 20].map((stock) => shop.sell({ stock, stock_shards: 8 })));
    const lines = products.map((product_id) => ({ product_id, quantity: 1 }));
    const batches = Array.from({ length: 4 }, (_, index) =>
      Array.from({ length: 15 }, () => ordering(index % 2 === 0 ? lines : [...lines].reverse())),
    );
    const all = await Promise.all(
      batches.map((orders) => confirmOrders(shop.container(), orders, { optimistic: true })),
    );
    expect(all.reduce((sum, decisions) => sum + count(decisions, 'confirmed'), 0)).toBe(20);
    expect((await shop.books()).confirmed).toHaveLength(20);
  });

  it.each([7, 77])('survives conflicts and lost replies (seed %i)', async (seed) => {
    const keyboard = await shop.sell({ stock: 120, stock_shards: 4 });
    const container = shop.container(atRates(seed, { conflict: 0.3, timeout_after: 0.1 }));
    const batches = Array.from({ length: 5 }, () => batch(30, keyboard));
    const all = await Promise.all(
      batches.map((orders) => confirmOrders(container, orders, { optimistic: true })),
    );
    const confirmed = all.reduce((sum, decisions) => sum + count(decisions, 'confirmed'), 0);
    expect(confirmed).toBe(120);
    expect((await shop.books()).confirmed).toHaveLength(120);
  });

  it('sells nothing at a price that only another order of the batch was promised', async () => {
    const keyboard = await shop.sell({ price: 1_000 });
    const outdated = ordering([{ product_id: keyboard, quantity: 1, unit_price: 900 }]);
    const current = ordering([{ product_id: keyboard, quantity: 1, unit_price: 1_000 }]);
    const decisions = await confirmOrders(shop, [outdated, current], { optimistic: true });
    expect(decisions.get(outdated.id)).toMatchObject({ outcome: 'rejected', reason: 'price_changed' });
    expect(decisions.get(current.id)?.outcome).toBe('confirmed');
    expect((await shop.books()).confirmed.map(({ total }) => total)).toEqual([1_000]);
  });

  it('of one customer stays within the purchase limit', async () => {
    const keyboard = await shop.sell({ stock: 20, stock_shards: 4, limit_per_customer: 3 });
    const customer_id = newId();
    const orders = Array.from({ length: 8 }, () =>
      ordering([{ product_id: keyboard, quantity: 1 }], { customer_id }),
    );
    const decisions = await confirmOrders(shop, orders, { optimistic: false });
    expect([count(decisions, 'confirmed'), count(decisions, 'rejected')]).toEqual([3, 5]);
    await shop.books();
  });
});

describe('a shortage', () => {
  const write = (TransactItems: TransactAction[]) =>
    shop.documents.send(new TransactWriteCommand({ TransactItems }));

  /** The inventory's first reads return what these make of them, and all later ones the truth. */
  function seeing(
    container: Container,
    ...reads: ((truth: () => Promise<StockedProduct>) => Promise<StockedProduct>)[]
  ): Container {
    const read = async (ids: readonly string[]) => {
      const next = reads.shift();
      const [id = ''] = ids;
      const truth = async (): Promise<StockedProduct> => {
        const found = (await container.inventory.read(ids)).get(id);
        if (found === undefined) throw new Error(`no product ${id}`);
        return found;
      };
      return new Map([[id, await (next === undefined ? truth() : next(truth))]]);
    };
    return { ...container, inventory: { ...container.inventory, read } };
  }

  const oneOf = (product_id: string, shard: number) => ({
    product_id,
    shard,
    quantity: 1,
    product_version: 1,
  });

  const joined = (first: StockedProduct, from: number, second: StockedProduct): StockedProduct => ({
    product: second.product,
    shards: second.shards.map(
      (shard) => first.shards.find((one) => one.shard === shard.shard && one.shard === from) ?? shard,
    ),
  });

  it('that a read sees while units change shards is not believed', async () => {
    const keyboard = await shop.sell({ stock: 2, stock_shards: 2 });
    await write(shop.stock.sellActions([oneOf(keyboard, 0)]));
    // Shard 0 is read empty, gets a unit back, shard 1 loses its one, and is then read empty: never 0 in all.
    const container = seeing(shop, async (truth) => {
      const before = await truth();
      await write(shop.stock.releaseActions([oneOf(keyboard, 0)]));
      await write(shop.stock.sellActions([oneOf(keyboard, 1)]));
      return joined(before, 0, await truth());
    });
    const wanted = ordering([{ product_id: keyboard, quantity: 1 }]);
    const decisions = await confirmOrders(container, [wanted], { optimistic: false });
    expect(decisions.get(wanted.id)?.outcome).toBe('confirmed');
  });

  it('that two reads see while units change shards both times is not believed', async () => {
    const keyboard = await shop.sell({ stock: 2, stock_shards: 2 });
    await write(shop.stock.sellActions([oneOf(keyboard, 0)]));
    const exchange = (empty: number) => async (truth: () => Promise<StockedProduct>) => {
      const before = await truth();
      await write(shop.stock.releaseActions([oneOf(keyboard, empty)]));
      await write(shop.stock.sellActions([oneOf(keyboard, 1 - empty)]));
      return joined(before, empty, await truth());
    };
    const container = seeing(shop, exchange(0), exchange(1));
    const wanted = ordering([{ product_id: keyboard, quantity: 1 }]);
    const decisions = await confirmOrders(container, [wanted], { optimistic: false });
    expect(decisions.get(wanted.id)?.outcome).toBe('confirmed');
  });

  it('is not believed while the product grows', async () => {
    const keyboard = await shop.sell({ stock: 0, stock_shards: 1 });
    const container = seeing(shop, async (truth) => {
      const before = await truth();
      await shop.products.update(keyboard, { stock_shards: 2 });
      const grown = await shop.products.get(keyboard);
      if (grown !== undefined) await shop.stock.copyToShard(grown, 1);
      await write(shop.stock.restockActions([oneOf(keyboard, 1)]));
      return before;
    });
    shop.supplied[keyboard] = 1;
    const wanted = ordering([{ product_id: keyboard, quantity: 1 }]);
    const decisions = await confirmOrders(container, [wanted], { optimistic: false });
    expect(decisions.get(wanted.id)?.outcome).toBe('confirmed');
    await shop.books();
  });

  it('is reported with what was left', async () => {
    const keyboard = await shop.sell({ stock: 3, stock_shards: 2 });
    const wanted = ordering([{ product_id: keyboard, quantity: 4 }]);
    const decisions = await confirmOrders(shop, [wanted], { optimistic: true });
    expect(decisions.get(wanted.id)).toEqual({
      outcome: 'rejected',
      reason: 'out_of_stock',
      short: [{ product_id: keyboard, requested: 4, available: 3 }],
    });
  });
});
