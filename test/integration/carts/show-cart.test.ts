import { describe, expect, it } from 'vitest';
import { showCart } from '../../../lib/carts/show-cart.ts';
import { deleteProduct, updateProduct } from '../../../lib/products/update-product.ts';
import { createOrderFixture } from '../../support/fixtures/order-fixtures.ts';

describe('showCart', () => {
  it('sums the lines that can be bought and gives reasons for the others', async () => {
    const shop = await createOrderFixture();
    const [fine, deleted, inactive, short, limited] = [
      await shop.sell({ price: 50, stock: 10 }),
      await shop.sell({ price: 100 }),
      await shop.sell({ price: 100 }),
      await shop.sell({ price: 100, stock: 2, stock_shards: 2 }),
      await shop.sell({ price: 100, limit_per_customer: 2 }),
    ];
    await deleteProduct(shop, { productId: deleted });
    await updateProduct(shop, { productId: inactive, change: { active: false } });
    const lines = [fine, deleted, inactive, short, limited].map((product_id) => ({
      product_id,
      quantity: 3,
    }));

    const cart = await showCart(shop, { customer_id: 'c', lines, version: 1 });

    expect(cart.lines.map(({ available, reason }) => ({ available, reason }))).toEqual([
      { available: 10, reason: undefined },
      { available: 0, reason: 'product_unavailable' },
      { available: 0, reason: 'product_unavailable' },
      { available: 2, reason: 'out_of_stock' },
      { available: 10, reason: 'limit_exceeded' },
    ]);
    expect(cart.total).toBe(150);
  });
});
