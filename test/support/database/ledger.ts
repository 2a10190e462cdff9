import { ScanCommand } from '@aws-sdk/lib-dynamodb';
import { expect } from 'vitest';
import * as z from 'zod/mini';
import { type Order, type OrderIn, order, totalOf } from '../../../lib/orders/order.ts';
import type { Documents } from '../../../lib/platform/dynamodb.ts';
import { soldOf, stockOf, stockShard } from '../../../lib/products/product.ts';

export interface LedgerTables {
  readonly stock: string;
  readonly orders: string;
  readonly purchases: string;
}

const purchase = z.catchall(z.object({ customer_id: z.string() }), z.int());

/**
 * Checks the invariants that hold whenever no write is in flight: stock + sold equals the units supplied, no
 * shard is negative, and confirmed orders account for all units sold and all purchases counted.
 *
 * @param supplied units ever added, by product id; must list every product of the table
 */
export async function checkLedger(
  documents: Documents,
  tables: LedgerTables,
  supplied: Readonly<Record<string, number>>,
): Promise<{ orders: Order[]; confirmed: OrderIn<'CONFIRMED'>[] }> {
  const shards = z.array(stockShard).parse(await scan(documents, tables.stock));
  const orders = z.array(order).parse(await scan(documents, tables.orders));
  const purchases = z.array(purchase).parse(await scan(documents, tables.purchases));
  const confirmed = orders.filter((one) => one.status === 'CONFIRMED');

  expect(shards.filter(({ stock, sold }) => stock < 0 || sold < 0)).toEqual([]);
  const known = [...new Set(shards.map(({ product_id }) => product_id))];
  expect(known.sort()).toEqual(Object.keys(supplied).sort());
  for (const [id, units] of Object.entries(supplied)) {
    const own = shards.filter(({ product_id }) => product_id === id);
    expect(stockOf(own) + soldOf(own)).toBe(units);
    expect(soldOf(own)).toBe(
      unitsOf(
        confirmed.flatMap(({ lines }) => lines),
        id,
      ),
    );
    // Transfers change where stock is, never what a shard has sold.
    for (const { shard, sold } of own) {
      const allocations = confirmed.flatMap((one) => one.allocations).filter((units) => units.shard === shard);
      expect(sold).toBe(unitsOf(allocations, id));
    }
  }
  for (const { lines, allocations, total } of confirmed) {
    expect(total).toBe(totalOf(lines));
    for (const { product_id, quantity } of lines) expect(unitsOf(allocations, product_id)).toBe(quantity);
  }
  for (const { customer_id, ...units } of purchases) {
    for (const [product_id, bought] of Object.entries(units)) {
      const counting = confirmed.filter((one) => one.customer_id === customer_id && one.counted.includes(product_id));
      expect(bought).toBe(
        unitsOf(
          counting.flatMap(({ lines }) => lines),
          product_id,
        ),
      );
    }
  }
  return { orders, confirmed };
}

const unitsOf = (items: readonly { product_id: string; quantity: number }[], id: string): number =>
  items.reduce((sum, { product_id, quantity }) => sum + (product_id === id ? quantity : 0), 0);

async function scan(documents: Documents, TableName: string): Promise<unknown[]> {
  const items: unknown[] = [];
  let from: Record<string, unknown> | undefined;
  do {
    const page = await documents.send(
      new ScanCommand({
        TableName,
        ConsistentRead: true,
        ...(from === undefined ? {} : { ExclusiveStartKey: from }),
      }),
    );
    items.push(...(page.Items ?? []));
    from = page.LastEvaluatedKey;
  } while (from !== undefined);
  return items;
}
