import { TransactWriteCommand } from '@aws-sdk/lib-dynamodb';
import { beforeEach, describe, expect, it } from 'vitest';
import type { AllocatedOrder, RequestedLine } from '../../../../lib/orders/confirm/allocation.ts';
import { confirmOrders, type Decision, type WritableOrder } from '../../../../lib/orders/confirm/confirm-orders.ts';
import { type Order, type OrderIn, totalOf } from '../../../../lib/orders/order.ts';
import { newId } from '../../../../lib/platform/ids.ts';
import type { TransactAction } from '../../../../lib/platform/transaction.ts';
import type { StockedProduct } from '../../../../lib/products/product.ts';
import { atRates } from '../../../support/database/fault-injection.ts';
import { orderOf } from '../../../support/fixtures/domain-builders.ts';
import { interruptedUpdate } from '../../../support/fixtures/interrupted-update.ts';
import { type Container, createOrderFixture, type OrderFixture } from '../../../support/fixtures/order-fixtures.ts';

let shop: OrderFixture;
beforeEach(async () => {
  shop = await createOrderFixture();
});

function orderFor(
  lines: readonly RequestedLine[],
  overrides: { id?: string; customerId?: string } = {},
): WritableOrder<Order> {
  const { id = newId(), customerId = newId() } = overrides;
  const confirmed = ({ lines, allocations, counted }: AllocatedOrder): OrderIn<'CONFIRMED'> => ({
    ...orderOf('CONFIRMED'),
    id,
    customer_id: customerId,
    lines: [...lines],
    total: totalOf(lines),
    allocations: allocations.map(({ product_id, shard, quantity }) => ({ product_id, shard, quantity })),
    counted: counted.map(({ product_id }) => product_id),
  });
  return {
    id,
    customerId,
    currency: 'EUR',
    lines,
    writtenItems: [`order ${id}`],
    writes: (allocated) => [{ action: shop.orders.putAction(confirmed(allocated)), failure: shop.orders.parse }],
  };
}

const batch = (size: number, product_id: string, quantity = 1) =>
  Array.from({ length: size }, () => orderFor([{ product_id, quantity }]));

const count = (decisions: ReadonlyMap<string, Decision<Order>>, outcome: Decision<Order>['outcome']) =>
  [...decisions.values()].filter((decision) => decision.outcome === outcome).length;

describe('confirmOrders', () => {
  it.each([1, 4, 32])('sells out %i shards exactly, in the order of arrival', async (stock_shards) => {
    const keyboard = await shop.sell({ stock: 150, stock_shards });
    const orders = batch(200, keyboard);
    const decisions = await confirmOrders(shop, { orders, optimistic: false });
    expect(orders.map(({ id }) => decisions.get(id)?.outcome)).toEqual(
      orders.map((_, index) => (index < 150 ? 'confirmed' : 'rejected')),
    );
    expect((await shop.checkLedger()).confirmed).toHaveLength(150);
  });

  it('confirms each order once if three calls race with the same orders', async () => {
    const keyboard = await shop.sell({ stock: 60, stock_shards: 2 });
    const orders = batch(40, keyboard);
    const deliveries = await Promise.all(
      [0, 1, 2].map(() => confirmOrders(shop.container(), { orders, optimistic: true })),
    );
    const { confirmed } = await shop.checkLedger();
    expect(confirmed).toHaveLength(40);
    for (const decisions of deliveries) {
      expect(count(decisions, 'confirmed') + count(decisions, 'condition_failed')).toBe(40);
    }
  });

  it('neither oversells nor deadlocks if batches compete for the last units', async () => {
    const products = await Promise.all([30, 20].map((stock) => shop.sell({ stock, stock_shards: 8 })));
    const lines = products.map((product_id) => ({ product_id, quantity: 1 }));
    const batches = Array.from({ length: 4 }, (_, index) =>
      Array.from({ length: 15 }, () => orderFor(index % 2 === 0 ? lines : [...lines].reverse())),
    );
    const all = await Promise.all(
      batches.map((orders) => confirmOrders(shop.container(), { orders, optimistic: true })),
    );
    expect(all.reduce((sum, decisions) => sum + count(decisions, 'confirmed'), 0)).toBe(20);
    expect((await shop.checkLedger()).confirmed).toHaveLength(20);
  });

  it.each([7, 77])('sells all units despite conflicts and lost responses (seed %i)', async (seed) => {
    const keyboard = await shop.sell({ stock: 120, stock_shards: 4 });
    const container = shop.container(atRates(seed, { conflict: 0.3, timeout_after: 0.1 }));
    const batches = Array.from({ length: 5 }, () => batch(30, keyboard));
    const all = await Promise.all(batches.map((orders) => confirmOrders(container, { orders, optimistic: true })));
    const confirmed = all.reduce((sum, decisions) => sum + count(decisions, 'confirmed'), 0);
    expect(confirmed).toBe(120);
    expect((await shop.checkLedger()).confirmed).toHaveLength(120);
  });

  it('rejects a price that only another order of the batch was accepted at', async () => {
    const keyboard = await shop.sell({ price: 1_000 });
    const outdated = orderFor([{ product_id: keyboard, quantity: 1, unit_price: 900 }]);
    const current = orderFor([{ product_id: keyboard, quantity: 1, unit_price: 1_000 }]);
    const decisions = await confirmOrders(shop, { orders: [outdated, current], optimistic: true });
    expect(decisions.get(outdated.id)).toMatchObject({ outcome: 'rejected', reason: 'price_changed' });
    expect(decisions.get(current.id)?.outcome).toBe('confirmed');
    expect((await shop.checkLedger()).confirmed.map(({ total }) => total)).toEqual([1_000]);
  });
});

describe('confirmOrders with a shortage', () => {
  const write = (TransactItems: TransactAction[]) => shop.documents.send(new TransactWriteCommand({ TransactItems }));

  /** A container whose first reads of the inventory return what `reads` make of the stored state. */
  function withReads(
    container: Container,
    ...reads: ((stored: () => Promise<StockedProduct>) => Promise<StockedProduct>)[]
  ): Container {
    const read = async (ids: readonly string[]) => {
      const next = reads.shift();
      const [id = ''] = ids;
      const stored = async (): Promise<StockedProduct> => {
        const found = (await container.inventory.read(ids)).get(id);
        if (found === undefined) throw new Error(`no product ${id}`);
        return found;
      };
      return new Map([[id, await (next === undefined ? stored() : next(stored))]]);
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

  it('does not reject after one read during which units change shards', async () => {
    const keyboard = await shop.sell({ stock: 2, stock_shards: 2 });
    await write(shop.stock.sellActions([oneOf(keyboard, 0)]));
    // Shard 0 is read empty and gets a unit back. Then shard 1 sells its last unit and is read empty.
    const container = withReads(shop, async (stored) => {
      const before = await stored();
      await write(shop.stock.releaseActions([oneOf(keyboard, 0)]));
      await write(shop.stock.sellActions([oneOf(keyboard, 1)]));
      return joined(before, 0, await stored());
    });
    const wanted = orderFor([{ product_id: keyboard, quantity: 1 }]);
    const decisions = await confirmOrders(container, { orders: [wanted], optimistic: false });
    expect(decisions.get(wanted.id)?.outcome).toBe('confirmed');
  });

  it('does not reject after two reads during which units change shards', async () => {
    const keyboard = await shop.sell({ stock: 2, stock_shards: 2 });
    await write(shop.stock.sellActions([oneOf(keyboard, 0)]));
    const exchange = (empty: number) => async (stored: () => Promise<StockedProduct>) => {
      const before = await stored();
      await write(shop.stock.releaseActions([oneOf(keyboard, empty)]));
      await write(shop.stock.sellActions([oneOf(keyboard, 1 - empty)]));
      return joined(before, empty, await stored());
    };
    const container = withReads(shop, exchange(0), exchange(1));
    const wanted = orderFor([{ product_id: keyboard, quantity: 1 }]);
    const decisions = await confirmOrders(container, { orders: [wanted], optimistic: false });
    expect(decisions.get(wanted.id)?.outcome).toBe('confirmed');
  });

  it('does not reject while shards are added', async () => {
    const keyboard = await shop.sell({ stock: 0, stock_shards: 1 });
    const container = withReads(shop, async (stored) => {
      const before = await stored();
      const grown = await interruptedUpdate(shop.products, keyboard, { stock_shards: 2 });
      await shop.stock.copyToShard(grown, 1);
      await write(shop.stock.restockActions([oneOf(keyboard, 1)]));
      return before;
    });
    shop.supplied[keyboard] = 1;
    const wanted = orderFor([{ product_id: keyboard, quantity: 1 }]);
    const decisions = await confirmOrders(container, { orders: [wanted], optimistic: false });
    expect(decisions.get(wanted.id)?.outcome).toBe('confirmed');
    await shop.checkLedger();
  });
});
