import { beforeEach, describe, expect, it } from 'vitest';
import { type OrderLine, orderLine } from '../../../lib/orders/order.ts';
import { processOrders } from '../../../lib/orders/process-orders.ts';
import { submitOrder } from '../../../lib/orders/submit-order.ts';
import { newId } from '../../../lib/platform/ids.ts';
import type { Product } from '../../../lib/products/product.ts';
import type { ProductChange } from '../../../lib/products/product-input.ts';
import { deleteProduct, updateProduct } from '../../../lib/products/update-product.ts';
import { createOrderFixture, type OrderFixture } from '../../support/fixtures/order-fixtures.ts';

/** A change of each field that a seller can change, checked by the compiler. `stock` is always rejected. */
const changes = {
  name: 'Renamed',
  price: 777,
  active: false,
  limit_per_customer: 1,
  stock_shards: 8,
} satisfies Required<Omit<ProductChange, 'stock'>>;

/** The source of each field of an order line, checked by the compiler. */
const ofProduct: {
  [Field in Exclude<keyof OrderLine, 'product_id' | 'quantity'>]: (product: Product) => OrderLine[Field];
} = { name: ({ name }) => name, unit_price: ({ price }) => price };

let shop: OrderFixture;
let product: string;

/** A container that has sold the product, so that it has cached it. */
async function warmContainer() {
  const container = shop.container();
  await container.checkout({ customerId: await shop.customer({ [product]: 2 }) });
  await submitOrder(container, { customerId: newId(), items: [{ id: product, quantity: 2 }] });
  return container;
}

beforeEach(async () => {
  shop = await createOrderFixture();
  product = await shop.sell({ name: 'Original', price: 500, stock: 1_000, stock_shards: 4 });
});

const ways = {
  checkout: async (container: Awaited<ReturnType<typeof warmContainer>>) =>
    container.checkout({ customerId: await shop.customer({ [product]: 2 }) }),
  submit: (container: Awaited<ReturnType<typeof warmContainer>>) =>
    submitOrder(container, { customerId: newId(), items: [{ id: product, quantity: 2 }] }),
};

describe.each(Object.entries(ways))('%s directly after the response to a product change', (_, order) => {
  it.each(['name', 'price', 'stock_shards'] as const)('orders with the changed %s', async (field) => {
    const containers = [await warmContainer(), await warmContainer()];
    const changed = await updateProduct(shop, { productId: product, change: { [field]: changes[field] } });
    for (const container of containers) {
      const [line] = (await order(container)).order.lines;
      for (const [name, expected] of Object.entries(ofProduct))
        expect(line).toHaveProperty(name, expected(changed.product));
    }
    expect(Object.keys(ofProduct).sort()).toEqual(
      Object.keys(orderLine.shape)
        .filter((name) => !['product_id', 'quantity'].includes(name))
        .sort(),
    );
  });

  it.each([
    ['active', 'product_unavailable'],
    ['limit_per_customer', 'limit_exceeded'],
  ] as const)('fails after a change of %s: %s', async (field, code) => {
    const container = await warmContainer();
    await updateProduct(shop, { productId: product, change: { [field]: changes[field] } });
    await expect(order(container)).rejects.toMatchObject({ code });
  });

  it('fails after a deletion and writes nothing', async () => {
    const container = await warmContainer();
    await deleteProduct(shop, { productId: product });
    const { orders: before } = await shop.checkLedger();
    await expect(order(container)).rejects.toMatchObject({
      code: order === ways.submit ? 'product_not_found' : 'product_unavailable',
    });
    expect((await shop.checkLedger()).orders).toHaveLength(before.length);
  });
});

it('an order keeps the name that it was submitted with, also when it is confirmed after a change', async () => {
  const { order } = await submitOrder(shop, { customerId: newId(), items: [{ id: product, quantity: 2 }] });
  await updateProduct(shop, { productId: product, change: { name: 'Renamed' } });
  await processOrders(shop, { orders: [order], shardOffset: 0 });
  expect(await shop.orders.get(order.id)).toMatchObject({
    status: 'CONFIRMED',
    lines: [{ name: 'Original', unit_price: 500 }],
  });
});

it('submitOrder reads one shard to check that a cached product is current', async () => {
  const container = await warmContainer();
  const before = container.calls().length;
  await ways.submit(container);
  expect(container.calls().slice(before)).toEqual(['BatchGetItem', 'PutItem']);
});
