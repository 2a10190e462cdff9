import { newId } from '../../../lib/platform/ids.ts';
import { buy, fillCart } from './checkout-load.ts';
import { sellHotProduct } from './hot-product.ts';

/** The result of one sale. Times start at its first request. */
export interface Sale {
  readonly sold: number;
  /** When the last unit was sold. */
  readonly soldOutMs: number;
  /** When the last shopper received a response. */
  readonly overMs: number;
}

/** Simulates a complete sale by checkout. Each shopper buys one unit; `atOnce` shoppers are active at a time. */
export async function sellOut(options: {
  readonly units: number;
  readonly shards: number;
  readonly shoppers: number;
  readonly atOnce: number;
}): Promise<Sale> {
  const { units, shards, shoppers, atOnce } = options;
  const sale = { sold: 0, soldOutMs: 0, overMs: 0 };
  await sellHotProduct({ stock: units, shards, ordersPartitions: 120 }, async (hotSale) => {
    const { time, shop } = hotSale;
    await shop.lambda.warm('checkout', atOnce);
    const from = time.now();
    let left = shoppers;
    const oneAfterAnother = async () => {
      while (left-- > 0) {
        const customer = newId();
        fillCart(hotSale, customer);
        if (!(await buy(hotSale, customer))) continue;
        sale.sold++;
        sale.soldOutMs = time.now() - from;
      }
    };
    await Promise.all(Array.from({ length: atOnce }, oneAfterAnother));
    sale.overMs = time.now() - from;
  });
  return sale;
}
