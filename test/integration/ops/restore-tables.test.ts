import { UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { beforeEach, describe, expect, inject, it } from 'vitest';
import { cancelOrder } from '../../../lib/orders/cancel-order.ts';
import { submitOrder } from '../../../lib/orders/submit-order.ts';
import { newId } from '../../../lib/platform/ids.ts';
import { updateProduct } from '../../../lib/products/update-product.ts';
import { ledgerProblems } from '../../../tools/ops/ledger.ts';
import { restoreTables } from '../../../tools/ops/restore-tables.ts';
import { itemsOf } from '../../../tools/ops/table-scan.ts';
import { createOrderFixture, type OrderFixture } from '../../support/fixtures/order-fixtures.ts';
import { operator, runOps } from '../../support/services/run-ops.ts';

const tables = ['accounts', 'products', 'stock', 'carts', 'orders', 'purchases'];
const confirm = () => Promise.resolve();

const buy = async (shop: OrderFixture, product: string, customerId = newId()) =>
  (await shop.checkout({ customerId: await shop.customer({ [product]: 1 }, customerId) })).order;

async function contentsOf({ documents, prefix }: Pick<OrderFixture, 'documents' | 'prefix'>) {
  const contents: Record<string, unknown> = {};
  for (const table of tables) {
    const items = await itemsOf(documents, `${prefix}-${table}`);
    contents[table] = items.sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
  }
  return contents;
}

describe('restoreTables', () => {
  let shop: OrderFixture;
  let restored: OrderFixture;
  let keyboard: string;
  beforeEach(async () => {
    [shop, restored] = [await createOrderFixture(), await createOrderFixture()];
    keyboard = await shop.sell({ stock: 10, stock_shards: 2, limit_per_customer: 3 });
    await buy(shop, keyboard);
    await submitOrder(shop, { customerId: newId(), items: [{ id: keyboard, quantity: 1 }] });
    // Copies the shop as it is now, as point-in-time recovery would.
    await restore({ from: shop.prefix, to: restored.prefix });
  });
  const restore = (prefixes: { from: string; to: string }) =>
    restoreTables({ documents: shop.documents, confirm }, prefixes);

  it('makes every table equal to the restored one, and is idempotent', async () => {
    const before = await contentsOf(restored);
    const [order] = (await shop.checkLedger()).confirmed;
    await cancelOrder(shop, { orderId: order?.id ?? '', caller: { id: newId(), role: 'ADMIN' } });
    await buy(shop, keyboard);
    await buy(shop, await shop.sell());
    await shop.customer({ [keyboard]: 2 });
    await updateProduct(shop, { productId: keyboard, change: { price: 5, stock_shards: 4 } });
    expect(await contentsOf(shop)).not.toEqual(before);

    const result = await restore({ from: restored.prefix, to: shop.prefix });
    expect(result).toContain(`${shop.prefix}-orders: 1 written, 2 deleted`);
    expect(await contentsOf(shop)).toEqual(before);
    expect(await contentsOf(restored)).toEqual(before);
    expect(await restore({ from: restored.prefix, to: shop.prefix })).not.toMatch(/[1-9]\d* (written|deleted)/);
    await buy({ ...shop, ...shop.container() }, keyboard);
  });

  it('changes nothing if the restored tables are of different seconds', async () => {
    await buy(shop, keyboard);
    const before = await contentsOf(shop);
    await restored.documents.send(
      new UpdateCommand({
        TableName: restored.tables.stock,
        Key: { shard_id: `${keyboard}#0` },
        UpdateExpression: 'SET sold = sold + :one',
        ExpressionAttributeValues: { ':one': 1 },
      }),
    );
    await expect(restore({ from: restored.prefix, to: shop.prefix })).rejects.toThrow(
      /do not reconcile.*\n.*sold, but/,
    );
    expect(await contentsOf(shop)).toEqual(before);
  });

  it('asks for the prefix on the command line, and check-ledger reports the result', async () => {
    const stage = shop.prefix.replace(/^sellout-/, '');
    const environment = { ...operator, AWS_ENDPOINT_URL_DYNAMODB: inject('dynamodbEndpoint') };
    const order = await buy(shop, keyboard);
    const args = ['restore-tables', '--stage', stage, '--from', restored.prefix];
    expect(await runOps(args, environment, 'yes\n')).toMatchObject({ code: 1 });
    expect(await shop.orders.get(order.id)).toBeDefined();
    expect(await runOps(args, environment, `${shop.prefix}\n`)).toMatchObject({ code: 0 });
    expect(await shop.orders.get(order.id)).toBeUndefined();
    const check = ['check-ledger', '--stage', stage];
    expect(await runOps(check, environment)).toMatchObject({ code: 0, stdout: expect.stringContaining('reconcile') });
    expect(await runOps([...check, '--tables', restored.prefix], environment)).toMatchObject({ code: 0 });
  });
});

describe('ledgerProblems', () => {
  it.each([
    ['stock', 'shard_id', 'checksum', 7, /checksums do not sum to 0/],
    ['stock', 'shard_id', 'stock', -1, /-1 in stock/],
    ['stock', 'shard_id', 'sold', 5, /5 sold, but 1 in CONFIRMED orders/],
    ['orders', 'id', 'total', 5, /total is not the sum/],
    ['orders', 'id', 'status', 'REJECTED', /1 sold, but 0 in CONFIRMED orders/],
    ['orders', 'id', 'allocations', [], /allocations of .* differ/],
    ['orders', 'id', 'customer_id', newId(), /none counted, but 1/],
  ])('reports a damaged %s item by its %s: %s', async (table, key, attribute, value, message) => {
    const shop = await createOrderFixture();
    await buy(shop, await shop.sell({ limit_per_customer: 1 }));
    expect(await ledgerProblems(shop.documents, shop.prefix)).toEqual([]);
    const [item] = await itemsOf(shop.documents, `${shop.prefix}-${table}`);
    const rejected = { ':reason': 'out_of_stock', ':lines': [] };
    await shop.documents.send(
      new UpdateCommand({
        TableName: `${shop.prefix}-${table}`,
        Key: { [key]: item?.[key] },
        UpdateExpression: `SET #attribute = :value${value === 'REJECTED' ? ', reason = :reason, short_lines = :lines' : ''}`,
        ExpressionAttributeNames: { '#attribute': attribute },
        ExpressionAttributeValues: { ':value': value, ...(value === 'REJECTED' ? rejected : {}) },
      }),
    );
    expect((await ledgerProblems(shop.documents, shop.prefix)).join('\n')).toMatch(message);
  });
});
