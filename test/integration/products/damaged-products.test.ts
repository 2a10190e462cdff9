import { UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { beforeEach, describe, expect, it } from 'vitest';
import { addStock } from '../../../lib/products/add-stock.ts';
import { shardId, stockOf, viewOf } from '../../../lib/products/product.ts';
import { sweepProducts } from '../../../lib/products/sweep-products.ts';
import { updateProduct } from '../../../lib/products/update-product.ts';
import { interruptedUpdate } from '../../support/fixtures/interrupted-update.ts';
import { createOrderFixture, type OrderFixture } from '../../support/fixtures/order-fixtures.ts';
import { createBrowserFixture } from '../../support/fixtures/product-browser.ts';

// Set before the logger is created, to keep its lines out of the test output.
process.env['POWERTOOLS_LOG_LEVEL'] = 'SILENT';

let shop: OrderFixture;
let damaged: string;
let sound: string;

const set = (TableName: string, Key: object, name: string, value: unknown) =>
  shop.documents.send(
    new UpdateCommand({
      TableName,
      Key,
      UpdateExpression: 'SET #name = :value',
      ExpressionAttributeNames: { '#name': name },
      ExpressionAttributeValues: { ':value': value },
    }),
  );

beforeEach(async () => {
  shop = await createOrderFixture();
  damaged = await shop.sell({ stock: 10, stock_shards: 2 });
  sound = await shop.sell({ stock: 10, stock_shards: 2 });
});

describe('a product with damaged checksums', () => {
  beforeEach(() => set(shop.tables.stock, { shard_id: shardId(damaged, 1) }, 'checksum', 5));

  it('cannot be read, and is left out of the list', async () => {
    const browser = createBrowserFixture(shop);
    await expect(browser.read(damaged)).rejects.toMatchObject({ code: 'contention' });
    expect((await browser.list(10)).items.map(({ id }) => id)).toEqual([sound]);
  });

  it('can still be ordered', async () => {
    const { order } = await shop.checkout({ customerId: await shop.customer({ [damaged]: 7 }) });
    expect(order.status).toBe('CONFIRMED');
  });

  it('gets its units from addStock, which then fails with unavailable because the product cannot be read', async () => {
    const added = addStock(shop, { productId: damaged, units: 6 });
    await expect(added).rejects.toMatchObject({ code: 'unavailable' });
    const { shards } = (await shop.inventory.read([damaged])).get(damaged) ?? { shards: [] };
    expect(stockOf(shards)).toBe(16);
  });

  it('is repaired by an update', async () => {
    const changed = await updateProduct(shop, { productId: damaged, change: { name: 'Repaired' } });
    expect(viewOf(changed)).toMatchObject({ stock: 10, sold: 0, name: 'Repaired' });
    await shop.checkout({ customerId: await shop.customer({ [damaged]: 7 }) });
    expect(viewOf(await shop.inventory.readOne(damaged))).toMatchObject({ stock: 3, sold: 7 });
    await shop.checkLedger();
  });
});

describe('an unreadable stored product', () => {
  beforeEach(() => set(shop.tables.products, { id: damaged }, 'name', 5));

  it('is left out of the list', async () => {
    expect((await createBrowserFixture(shop).list(10)).items.map(({ id }) => id)).toEqual([sound]);
  });

  it('does not stop the sweep of other products', async () => {
    await set(shop.tables.products, { id: damaged }, 'propagating', 'yes');
    await interruptedUpdate(shop.products, sound, { price: 2_000 });
    const later = { now: () => Date.now() + 60_000 };
    const { propagated } = await sweepProducts({ ...shop, clock: later }, { deadline: Number.POSITIVE_INFINITY });
    expect(propagated).toEqual([sound]);
  });
});
