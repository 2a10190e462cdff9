import { submitOrder } from '../../../lib/orders/submit-order.ts';
import { newId } from '../../../lib/platform/ids.ts';
import { textOf } from '../dynamodb/item.ts';
import type { Change } from '../dynamodb/write.ts';
import { resultOf } from '../sale/calls.ts';
import { tableName } from '../sale/container.ts';
import { sellHotProduct } from './hot-product.ts';
import { createMeasurement, type Measured, type Measurement } from './measurement.ts';

const warmUpMs = 2_000;
const endMs = 3_500;
const plenty = 10_000_000;
/** Environments that are started before the sale. */
const warmed = 1_000;

/** Measures submitted orders that arrive at a constant rate. */
export async function loadSubmit(shards: number, ordersPartitions: number, perSecond: number): Promise<Measured> {
  let measurement: Measurement | undefined;
  /** When each customer sent the order. */
  const sent = new Map<string, number>();
  const observer = {
    onDecided: () => {},
    onWritten(changes: readonly Change[]) {
      for (const customer of confirmedIn(changes)) measurement?.decided(sent.get(customer) ?? 0, true);
    },
  };
  await sellHotProduct({ stock: plenty, shards, ordersPartitions, observer }, async ({ time, shop, product }) => {
    const from = time.now();
    const measured = createMeasurement(time.now, shop.dynamodb.usage, from + warmUpMs, from + endMs);
    measurement = measured;
    await shop.lambda.warm('submitOrder', warmed);
    await shop.lambda.warm('processOrders', ordersPartitions);
    const order = async () => {
      const customer_id = newId();
      sent.set(customer_id, time.now());
      const items = [{ id: product, quantity: 1 }];
      // A rejected or lost order is not confirmed, so the rate does not include it.
      await resultOf(
        shop.request('submitOrder', 'submit', (deps) => submitOrder(deps, { customerId: customer_id, items })),
      );
    };
    const everyMs = 1_000 / perSecond;
    for (let count = 0; !measured.isOver(); count++) {
      const due = from + count * everyMs;
      if (due > time.now()) await time.sleep(due - time.now());
      order();
    }
  });
  if (measurement === undefined) throw new Error('The load measured nothing');
  return measurement.result();
}

/** Returns the customers whose orders the write confirms. */
function confirmedIn(changes: readonly Change[]): string[] {
  return changes.flatMap(({ table, before, after }) => {
    if (table.name !== tableName('orders') || textOf(before?.['status']) !== 'PENDING') return [];
    return textOf(after?.['status']) === 'CONFIRMED' ? [textOf(after?.['customer_id']) ?? ''] : [];
  });
}
