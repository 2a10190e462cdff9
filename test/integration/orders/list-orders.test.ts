import { PutCommand } from '@aws-sdk/lib-dynamodb';
import { expect, it } from 'vitest';
import { listOrders } from '../../../lib/orders/list-orders.ts';
import { orderPosition } from '../../../lib/orders/order-store.ts';
import { submitOrder } from '../../../lib/orders/submit-order.ts';
import { cursorOf } from '../../../lib/platform/cursor.ts';
import { newId } from '../../../lib/platform/ids.ts';
import { createOrderFixture } from '../../support/fixtures/order-fixtures.ts';

// Read when the logger is created. Its lines would appear between the test results.
process.env['POWERTOOLS_LOG_LEVEL'] = 'SILENT';

const cursor = cursorOf(orderPosition);

it('listOrders omits unreadable orders on every page', async () => {
  const shop = await createOrderFixture();
  const product = await shop.sell({ stock: 50 });
  const customerId = newId();
  const ids: string[] = [];
  for (let n = 0; n < 5; n += 1) {
    const { order } = await submitOrder(shop, { customerId, items: [{ id: product, quantity: 1 }] });
    ids.unshift(order.id);
  }
  const created_at = new Date(Date.now() + 1_000).toISOString();
  for (const id of ['foreign', newId()])
    await shop.documents.send(
      new PutCommand({ TableName: shop.tables.orders, Item: { id, customer_id: customerId, created_at } }),
    );
  const all = await listOrders(shop, { customerId, limit: 50 });
  expect(all.items.map(({ id }) => id)).toEqual(ids);
  for (const limit of [1, 2, 3]) {
    const listed: string[] = [];
    let after: Parameters<typeof listOrders>[1]['after'];
    for (;;) {
      const { items, next_cursor } = await listOrders(shop, { customerId, limit, after });
      listed.push(...items.map(({ id }) => id));
      if (next_cursor === null) break;
      after = cursor.parse(next_cursor);
    }
    expect(listed).toEqual(ids);
  }
});
