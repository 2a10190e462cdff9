import { describe, expect, it } from 'vitest';
import { purchaseKey } from '../../../../lib/orders/confirm/allocation.ts';
import { mergePurchaseCounts, mergeStockUpdates } from '../../../../lib/orders/confirm/merge-writes.ts';
import { planOrders } from '../../../../lib/orders/confirm/plan.ts';
import { newId } from '../../../../lib/platform/ids.ts';
import { shardId } from '../../../../lib/products/product.ts';
import { openOrderOf, productOf, snapshotsOf, stocked } from '../../../support/fixtures/domain-builders.ts';

describe('planOrders with many orders', () => {
  it('updates one shard per transaction if a shard has enough', () => {
    const keyboard = stocked([500, 500, 500, 500]);
    const orders = Array.from({ length: 300 }, () => openOrderOf(keyboard.product));
    const plan = planOrders(orders, snapshotsOf(keyboard), 0.3);
    expect(plan.transactions.map(({ orders }) => orders.length)).toEqual([99, 99, 99, 3]);
    for (const { orders } of plan.transactions) expect(mergeStockUpdates(orders)).toHaveLength(1);
  });

  it('takes from a different shard in each transaction', () => {
    const keyboard = stocked([500, 500, 500]);
    const orders = Array.from({ length: 290 }, () => openOrderOf(keyboard.product));
    const plan = planOrders(orders, snapshotsOf(keyboard), 0);
    const shards = plan.transactions.map(({ orders }) => mergeStockUpdates(orders).map(({ shard }) => shard));
    expect(shards).toEqual([[0], [1], [2]]);
  });

  it('takes from a shard that the transaction already updates, even if another shard comes first', () => {
    const keyboard = stocked([3, 10]);
    const orders = [5, 2].map((quantity) => openOrderOf(keyboard.product, quantity));
    const [transaction] = planOrders(orders, snapshotsOf(keyboard), 0).transactions;
    expect(mergeStockUpdates(transaction?.orders ?? [])).toMatchObject([{ shard: 1, quantity: 7 }]);
  });

  it('names the shards, purchases and other items that a transaction writes', () => {
    const limited = stocked([10], { limit_per_customer: 3 });
    const order = openOrderOf(limited.product, 1, { writtenItems: ['the order', 'the cart'] });
    const [transaction] = planOrders([order], snapshotsOf(limited), 0).transactions;
    expect([...(transaction?.writtenItems() ?? [])].sort()).toEqual(
      [shardId(limited.product.id, 0), `purchases ${order.customerId}`, 'the order', 'the cart'].sort(),
    );
  });

  it('puts orders that write the same item into different transactions', () => {
    const { product, shards } = stocked([10]);
    const orders = [1, 2].map(() => openOrderOf(product, 1, { writtenItems: ['the same cart'] }));
    const plan = planOrders(orders, snapshotsOf({ product, shards }), 0);
    expect(plan.transactions.map(({ orders }) => orders.length)).toEqual([1, 1]);
  });

  it('sums the purchases of one customer up to the limit', () => {
    const limited = stocked([10], { limit_per_customer: 3 });
    const { id } = limited.product;
    const customerId = newId();
    const orders = [2, 1, 1].map((quantity) => openOrderOf(limited.product, quantity, { customerId }));
    const plan = planOrders(orders, snapshotsOf(limited), 0);

    expect(plan.transactions.map(({ orders }) => mergePurchaseCounts(orders))).toEqual([
      [{ customerId, counted: [{ product_id: id, quantity: 3, limit: 3 }] }],
    ]);
    // The third order depends on the outcome of the first two.
    expect(plan.needsRead).toEqual(orders.slice(2));

    const withPurchases = planOrders(orders, snapshotsOf(limited), 0, new Map([[purchaseKey(customerId, id), 2]]));
    expect(withPurchases.rejections).toMatchObject([
      { order: orders[0], reason: 'limit_exceeded', short: [{ requested: 2, available: 1 }] },
    ]);
    expect(withPurchases.transactions.flatMap(({ orders }) => orders)).toHaveLength(1);
  });

  it('asks for a read if the shards are not read and an order was accepted at another price', () => {
    const product = productOf({ price: 1_000 });
    const orders = [900, 1_000].map((unit_price) =>
      openOrderOf(product, 1, { lines: [{ product_id: product.id, quantity: 1, unit_price }] }),
    );
    const plan = planOrders(orders, snapshotsOf({ product }), 0);
    expect(plan.needsRead).toEqual(orders.slice(0, 1));
    expect(plan.transactions.flatMap(({ orders }) => orders.map(({ order }) => order))).toEqual(orders.slice(1));
  });

  it('asks for a read if earlier orders at the same price take the last units', () => {
    const keyboard = stocked([1], { price: 1_000 });
    const lines = [{ product_id: keyboard.product.id, quantity: 1, unit_price: 1_000 }];
    const orders = [1, 2].map(() => openOrderOf(keyboard.product, 1, { lines }));
    expect(planOrders(orders, snapshotsOf(keyboard), 0).needsRead).toEqual(orders.slice(1));
  });
});
