import { createProduct } from '../../../lib/products/create-product.ts';
import { warmSdk } from '../dynamodb/documents.ts';
import type { Observer } from '../dynamodb/observer.ts';
import { createRandom } from '../runtime/random.ts';
import { createVirtualTime, type VirtualTime } from '../runtime/virtual-time.ts';
import { createSimulatedShop, type Shop } from '../sale/shop.ts';

export interface HotProductSale {
  readonly time: VirtualTime;
  readonly shop: Shop;
  readonly product: string;
}

interface HotProductOptions {
  readonly stock: number;
  readonly shards: number;
  /** Partitions of the orders table. */
  readonly ordersPartitions: number;
  /** Partitions of each index of the orders table. By default, each hot key has its own. */
  readonly indexPartitions?: number;
  readonly observer?: Observer;
}

/**
 * Simulates a shop with one hot product.
 *
 * Each stock shard and each hot index key has its own partition, as after DynamoDB has isolated hot items. Carts and products
 * have so many partitions that they are never a bottleneck.
 */
export async function sellHotProduct(
  { stock, shards, ordersPartitions, indexPartitions = Number.POSITIVE_INFINITY, observer }: HotProductOptions,
  sell: (sale: HotProductSale) => Promise<void>,
): Promise<void> {
  await warmSdk();
  const random = createRandom(1);
  const time = createVirtualTime(random);
  const partitions = (table: string) => (table === 'orders' ? ordersPartitions : Number.POSITIVE_INFINITY);
  const shop = await createSimulatedShop({
    time,
    random,
    partitions,
    indexPartitions,
    ...(observer === undefined ? {} : { observer }),
  });
  await time.run(async () => {
    const input = { name: 'Ticket', price: 1_000, currency: 'EUR', stock, stock_shards: shards };
    const { product } = await shop.request('createProduct', 'open', (container) => createProduct(container, input));
    await sell({ time, shop, product: product.id });
  });
}
