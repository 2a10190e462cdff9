import { createProduct } from '../../../lib/products/create-product.ts';
import { warmSdk } from '../dynamodb/documents.ts';
import type { Observer } from '../dynamodb/observer.ts';
import { createRandom } from '../runtime/random.ts';
import { createVirtualTime, type VirtualTime } from '../runtime/virtual-time.ts';
import { createSimulatedShop, type Shop } from '../sale/shop.ts';

export interface Market {
  readonly time: VirtualTime;
  readonly shop: Shop;
  readonly product: string;
}

interface MarketOptions {
  readonly stock: number;
  readonly shards: number;
  /** Of the orders table and its indexes. */
  readonly ordersPartitions: number;
  /** Of the indexes of the orders table; by default each busy key has one of its own. */
  readonly indexPartitions?: number;
  readonly observer?: Observer;
}

/**
 * A shop with one hot product. Each shard of its stock, and each busy key of an index, has a partition of its own, as after
 * DynamoDB has isolated hot items; carts and products are spread over so many partitions that they are in nobody's way.
 */
export async function openMarket(
  { stock, shards, ordersPartitions, indexPartitions = Number.POSITIVE_INFINITY, observer }: MarketOptions,
  sell: (market: Market) => Promise<void>,
): Promise<void> {
  await warmSdk();
  const random = createRandom(1);
  const time = createVirtualTime(random);
  const partitions = (noun: string) => (noun === 'orders' ? ordersPartitions : Number.POSITIVE_INFINITY);
  const shop = await createSimulatedShop({
    time,
    random,
    partitions,
    indexPartitions,
    ...(observer === undefined ? {} : { observer }),
  });
  await time.run(async () => {
    const input = { name: 'Ticket', price: 1_000, stock, stock_shards: shards };
    const { product } = await shop.request('createProduct', 'open', (container) =>
      createProduct(container, input),
    );
    await sell({ time, shop, product: product.id });
  });
}
