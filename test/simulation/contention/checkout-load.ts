import { checkout } from '../../../lib/orders/checkout.ts';
import { newId } from '../../../lib/platform/ids.ts';
import { answerOf, isFinal } from '../sale/calls.ts';
import { tableName } from '../sale/container.ts';
import { type Market, openMarket } from './market.ts';
import { createMeasurement, type Measured, type Measurement } from './measurement.ts';

const warmUpMs = 3_000;
const endMs = 5_500;
const plenty = 10_000_000;
/** As `Retry-After` says when contention outlasts the retries. */
const retryAfterMs = 1_000;

/** A cart that was filled before the sale: one unit of the product. */
export function fillCart({ shop, product }: Market, customer_id: string): void {
  const item = {
    customer_id: { S: customer_id },
    lines: { M: { [product]: { N: '1' } } },
    version: { N: '1' },
    expires_at: { N: '2000000000' },
  };
  shop.dynamodb.tables.get(tableName('carts'))?.items.set(customer_id, item);
}

/** One shopper's checkout, repeated as long as the reply says so. @returns whether it became an order */
export async function buy(market: Market, customer_id: string): Promise<boolean> {
  const { shop, time } = market;
  for (;;) {
    const fromMs = time.now();
    const answer = await answerOf(
      shop.request('checkout', customer_id, (container) => checkout(container, { customerId: customer_id })),
    );
    if (answer.told === 'done') return true;
    if (isFinal({ answer, task: customer_id, fromMs, toMs: time.now() })) return false;
    await time.sleep(retryAfterMs);
  }
}

/** So many shoppers at every moment: when one has an answer the next one comes. */
export async function loadCheckout(shards: number, shoppers: number): Promise<Measured> {
  let measurement: Measurement | undefined;
  const options = { stock: plenty, shards, ordersPartitions: 120 };
  await openMarket(options, async (market) => {
    const { time, shop } = market;
    const measured = createMeasurement(
      time.now,
      shop.dynamodb.usage,
      time.now() + warmUpMs,
      time.now() + endMs,
    );
    measurement = measured;
    await shop.lambda.warm('checkout', shoppers);
    await Promise.all(
      Array.from({ length: shoppers }, async () => {
        while (!measured.isOver()) {
          const customer = newId();
          fillCart(market, customer);
          const sinceMs = time.now();
          measured.decided(sinceMs, await buy(market, customer));
        }
      }),
    );
  });
  if (measurement === undefined) throw new Error('nothing was measured');
  return measurement.result();
}
