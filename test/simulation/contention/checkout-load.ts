import { checkout } from '../../../lib/orders/checkout.ts';
import { newId } from '../../../lib/platform/ids.ts';
import { isFinal, resultOf } from '../sale/calls.ts';
import { tableName } from '../sale/container.ts';
import { type HotProductSale, sellHotProduct } from './hot-product.ts';
import { createMeasurement, type Measured, type Measurement } from './measurement.ts';

const warmUpMs = 3_000;
const endMs = 5_500;
const plenty = 10_000_000;
/** The `Retry-After` of a response with code `contention`. */
const retryAfterMs = 1_000;

/** Stores a cart with one unit of the product, as filled before the sale. */
export function fillCart({ shop, product }: HotProductSale, customer_id: string): void {
  const item = {
    customer_id: { S: customer_id },
    lines: { M: { [product]: { N: '1' } } },
    version: { N: '1' },
    expires_at: { N: '2000000000' },
  };
  shop.dynamodb.tables.get(tableName('carts'))?.items.set(customer_id, item);
}

/** Checks out and retries while the response allows it. @returns whether the order was confirmed */
export async function buy(sale: HotProductSale, customer_id: string): Promise<boolean> {
  const { shop, time } = sale;
  for (;;) {
    const fromMs = time.now();
    const result = await resultOf(
      shop.request('checkout', customer_id, (container) => checkout(container, { customerId: customer_id })),
    );
    if (result.status === 'succeeded') return true;
    if (isFinal({ result, task: customer_id, fromMs, toMs: time.now() })) return false;
    await time.sleep(retryAfterMs);
  }
}

/** Measures checkouts with a constant number of concurrent shoppers. */
export async function loadCheckout(shards: number, shoppers: number): Promise<Measured> {
  let measurement: Measurement | undefined;
  const options = { stock: plenty, shards, ordersPartitions: 120 };
  await sellHotProduct(options, async (sale) => {
    const { time, shop } = sale;
    const measured = createMeasurement(time.now, shop.dynamodb.usage, time.now() + warmUpMs, time.now() + endMs);
    measurement = measured;
    await shop.lambda.warm('checkout', shoppers);
    await Promise.all(
      Array.from({ length: shoppers }, async () => {
        while (!measured.isOver()) {
          const customer = newId();
          fillCart(sale, customer);
          const sinceMs = time.now();
          measured.decided(sinceMs, await buy(sale, customer));
        }
      }),
    );
  });
  if (measurement === undefined) throw new Error('The load measured nothing');
  return measurement.result();
}
