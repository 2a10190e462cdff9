import { expect } from 'vitest';
import { type Order, type OrderIn, order } from '../../../lib/orders/order.ts';
import type { Documents } from '../../../lib/platform/dynamodb.ts';
import { tableNames } from '../../../lib/platform/table-names.ts';
import { soldOf, stockOf, stockShard } from '../../../lib/products/product.ts';
import { ledgerProblems } from '../../../tools/ops/ledger.ts';
import { itemsOf } from '../../../tools/ops/table-scan.ts';

/**
 * Checks the invariants that hold whenever no write is in flight: those of `ledgerProblems`, and that stock + sold equals
 * the units supplied.
 *
 * @param supplied units ever added, by product id; must list every product of the table
 */
export async function checkLedger(
  documents: Documents,
  prefix: string,
  supplied: Readonly<Record<string, number>>,
): Promise<{ orders: Order[]; confirmed: OrderIn<'CONFIRMED'>[] }> {
  expect(await ledgerProblems(documents, prefix)).toEqual([]);
  const { ordersTable, stockTable } = tableNames(prefix);
  const shards = (await itemsOf(documents, stockTable)).map((item) => stockShard.parse(item));
  const units = [...Map.groupBy(shards, ({ product_id }) => product_id)].map(([id, own]) => [
    id,
    stockOf(own) + soldOf(own),
  ]);
  expect(Object.fromEntries(units)).toEqual(supplied);
  const orders = (await itemsOf(documents, ordersTable)).map((item) => order.parse(item));
  return { orders, confirmed: orders.filter((one) => one.status === 'CONFIRMED') };
}
