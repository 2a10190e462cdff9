import { PutCommand } from '@aws-sdk/lib-dynamodb';
import { expect, it } from 'vitest';
import { listOrders } from '../../../lib/orders/list-orders.ts';
import { orderPosition } from '../../../lib/orders/order-store.ts';
import { submitOrder } from '../../../lib/orders/submit-order.ts';
import { cursorOf } from '../../../lib/platform/cursor.ts';
import { newId } from '../../../lib/platform/ids.ts';
import { createOrderFixture } from '../../support/order-fixtures.ts';

// Read when the logger is made; its lines would be printed between the tests' results.
process.env['POWERTOOLS_LOG_LEVEL'] = 'SILENT';

const cursor = cursorOf(orderPosition);

it('a list of orders leaves out those that cannot be read, on whichever page they stand', async () => {
  const shop = await createOrderFixture();
  const product = await shop.sell({ stock: 50 });
  const customer_id = newId();
  const ids: string[] = [];
  for (let n = 0; n < 5; n += 1) {
    const { order } = await submitOrder(shop, { customer_id, items: [{ id: product, quantity: 1 }] });
    ids.unshift(order.id);
  }
  const created_at = new Date(Date.now() + 1_000).toISOString();
  for (const id of ['foreign', newId()])
    await shop.documents.send(
      new PutCommand({ TableName: shop.tables.orders, Item: { id, customer_id, created_at } }),
    );
  const whole = await listOrders(shop.orders, customer_id, { limit: 50 });
  expect(whole.items.map(({ id }) => id)).toEqual(ids);
  for (const limit of [1, 2, 3]) {
    const listed: string[] = [];
    let after: Parameters<typeof listOrders>[2]['after'];
    for (;;) {
      const { items, next_cursor } = await listOrders(shop.orders, customer_id, { limit, after });
      listed.push(...items.map(({ id }) => id));
      if (next_cursor === null) break;
      after = cursor.parse(next_cursor);
    }
    expect(listed).toEqual(ids);
  }
});
