import { newId } from '../../../lib/platform/ids.ts';
import { buy, fillCart } from './checkout-load.ts';
import { openMarket } from './market.ts';

/** How one sale went; times from its first request. */
export interface Sale {
  readonly sold: number;
  /** When the last unit was sold. */
  readonly soldOutMs: number;
  /** When the last shopper had an answer. */
  readonly overMs: number;
}

/** A sale by checkout from beginning to end: so many shoppers, each for one unit, `atOnce` of them at every moment. */
export async function sellOut(options: {
  readonly units: number;
  readonly shards: number;
  readonly shoppers: number;
  readonly atOnce: number;
}): Promise<Sale> {
  const { units, shards, shoppers, atOnce } = options;
  const sale = { sold: 0, soldOutMs: 0, overMs: 0 };
  await openMarket({ stock: units, shards, ordersPartitions: 120 }, async (market) => {
    const { time, shop } = market;
    await shop.lambda.warm('checkout', atOnce);
    const from = time.now();
    let left = shoppers;
    const oneAfterAnother = async () => {
      while (left-- > 0) {
        const customer = newId();
        fillCart(market, customer);
        if (!(await buy(market, customer))) continue;
        sale.sold++;
        sale.soldOutMs = time.now() - from;
      }
    };
    await Promise.all(Array.from({ length: atOnce }, oneAfterAnother));
    sale.overMs = time.now() - from;
  });
  return sale;
}
