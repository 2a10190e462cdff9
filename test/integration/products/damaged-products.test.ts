import { UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { beforeEach, describe, expect, it } from 'vitest';
import { addStock } from '../../../lib/products/add-stock.ts';
import { shardId, stockOf, viewOf } from '../../../lib/products/product.ts';
import { readProduct } from '../../../lib/products/read-product.ts';
import { sweepProducts } from '../../../lib/products/sweep-products.ts';
import { updateProduct } from '../../../lib/products/update-product.ts';
import { createOrderFixture, type OrderFixture } from '../../support/fixtures/order-fixtures.ts';
import { openBrowser } from '../../support/fixtures/product-browser.ts';

// Read when the logger is made; its lines would be printed between the tests' results.
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

describe('a product whose checksums a restored table has damaged', () => {
  beforeEach(() => set(shop.tables.stock, { shard_id: shardId(damaged, 1) }, 'checksum', 5));

  it('is not shown with numbers that nobody can vouch for, and hides no other product', async () => {
    const reader = openBrowser(shop);
    await expect(reader.read(damaged)).rejects.toMatchObject({ code: 'contention' });
    expect((await reader.list(10)).items.map(({ id }) => id)).toEqual([sound]);
  });

  it('still sells', async () => {
    const { order } = await shop.checkout({ customerId: await shop.customer({ [damaged]: 7 }) });
    expect(order.status).toBe('CONFIRMED');
  });

  it('takes a supply, and the reply does not say that nothing was written', async () => {
    const added = addStock(shop, shop.inventory, damaged, 6);
    await expect(added).rejects.toMatchObject({ code: 'unavailable' });
    const { shards } = (await shop.inventory.read([damaged])).get(damaged) ?? { shards: [] };
    expect(stockOf(shards)).toBe(16);
  });

  it('is repaired by a change', async () => {
    const changed = await updateProduct(shop, shop.inventory, damaged, { name: 'Repaired' });
    expect(viewOf(changed, 'EUR')).toMatchObject({ stock: 10, sold: 0, name: 'Repaired' });
    await shop.checkout({ customerId: await shop.customer({ [damaged]: 7 }) });
    expect(viewOf(await readProduct(shop.inventory, damaged), 'EUR')).toMatchObject({ stock: 3, sold: 7 });
    await shop.books();
  });
});

describe('a stored product that cannot be read', () => {
  beforeEach(() => set(shop.tables.products, { id: damaged }, 'name', 5));

  it('hides no other product from the list', async () => {
    expect((await openBrowser(shop).list(10)).items.map(({ id }) => id)).toEqual([sound]);
  });

  it('does not keep the sweep from the others', async () => {
    await set(shop.tables.products, { id: damaged }, 'propagating', 'yes');
    await shop.products.update(sound, { price: 2_000, propagating: 'yes' });
    const later = { now: () => Date.now() + 60_000 };
    const { propagated } = await sweepProducts(shop, shop.inventory, later, Number.POSITIVE_INFINITY);
    expect(propagated).toEqual([sound]);
  });
});
