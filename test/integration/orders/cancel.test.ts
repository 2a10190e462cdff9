import { describe, expect, it } from 'vitest';
import { DomainError } from '../../../lib/errors.ts';
import { cancelOrder } from '../../../lib/orders/cancel-order.ts';
import { viewOf } from '../../../lib/products/product.ts';
import { updateProduct } from '../../../lib/products/update-product.ts';
import { createOrderFixture, type OrderFixture } from '../../support/fixtures/order-fixtures.ts';

const view = async (shop: OrderFixture, product: string) => {
  const { stock, sold } = viewOf(await shop.inventory.readOne(product));
  return { stock, sold };
};

const codeOf = async (attempt: Promise<unknown>): Promise<string> => {
  try {
    await attempt;
    return 'done';
  } catch (error) {
    if (!(error instanceof DomainError)) throw error;
    return error.code;
  }
};

describe('cancelOrder', () => {
  it('releases the units of every line and shard once if ten calls race', async () => {
    const shop = await createOrderFixture();
    const scattered = await shop.sell({ stock: 8, stock_shards: 4 });
    const limited = await shop.sell({ stock: 5, stock_shards: 1, limit_per_customer: 5 });
    const customerId = await shop.customer({ [scattered]: 7, [limited]: 5 });
    const { order } = await shop.checkout({ customerId });
    expect(order.allocations.length).toBeGreaterThan(4);
    expect(await view(shop, scattered)).toEqual({ stock: 1, sold: 7 });

    const owner = { id: customerId, role: 'USER' as const };
    const codes = await Promise.all(
      Array.from({ length: 10 }, () => codeOf(cancelOrder(shop.container(), { orderId: order.id, caller: owner }))),
    );

    expect(codes.sort()).toEqual(['done', ...Array.from({ length: 9 }, () => 'order_not_cancellable')]);
    expect(await view(shop, scattered)).toEqual({ stock: 8, sold: 0 });
    expect(await view(shop, limited)).toEqual({ stock: 5, sold: 0 });
    await shop.checkLedger();

    // The purchases are reduced too.
    await shop.customer({ [limited]: 5 }, customerId);
    expect((await shop.checkout({ customerId })).order.status).toBe('CONFIRMED');
  });

  it('succeeds if the response to its own transaction is lost', async () => {
    const shop = await createOrderFixture();
    const product = await shop.sell({ stock: 3 });
    const customerId = await shop.customer({ [product]: 3 });
    const { order } = await shop.checkout({ customerId });
    const lossy = shop.container(({ operation }) => (operation === 'TransactWriteItems' ? 'timeout_after' : undefined));

    const cancelled = await cancelOrder(lossy, {
      orderId: order.id,
      caller: { id: customerId, role: 'USER' },
    });

    expect(cancelled.status).toBe('CANCELLED');
    expect(await view(shop, product)).toEqual({ stock: 3, sold: 0 });
    await shop.checkLedger();
  });

  it('releases units into the shards they came from after shards were added', async () => {
    const shop = await createOrderFixture();
    const product = await shop.sell({ stock: 20, stock_shards: 1 });
    const customer_id = await shop.customer({ [product]: 6 });
    const { order } = await shop.checkout({ customerId: customer_id });
    await updateProduct(shop, { productId: product, change: { stock_shards: 8 } });

    await cancelOrder(shop, { orderId: order.id, caller: { id: customer_id, role: 'USER' } });

    expect(await view(shop, product)).toEqual({ stock: 20, sold: 0 });
    await shop.checkLedger();
  });
});
