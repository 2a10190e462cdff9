import { showCart } from '../../../lib/carts/show-cart.ts';
import { type StockedProduct, soldOf, stockOf } from '../../../lib/products/product.ts';
import type { VirtualTime } from '../runtime/virtual-time.ts';
import { type CallResult, resultOf } from './calls.ts';
import type { Container } from './container.ts';
import type { ProductAction } from './scenario.ts';
import type { Shop } from './shop.ts';
import type { Sum } from './sums.ts';

/** The sums that one response contains for a product. */
interface Reading {
  readonly task: string;
  readonly product: string;
  readonly sum: Sum;
  readonly fromMs: number;
  readonly toMs: number;
}

const rounds = 3;
const pauseMs = 40;

export type Readers = ReturnType<typeof createReaders>;

const sumOf = ({ shards }: StockedProduct): Sum => ({ stock: stockOf(shards), sold: soldOf(shards) });

/** Clients that repeatedly read a product, its total and their cart, and record the sums. */
export function createReaders({
  time,
  shop,
  products,
}: {
  readonly time: VirtualTime;
  readonly shop: Shop;
  readonly products: readonly string[];
}) {
  const readings: Reading[] = [];
  const outcomes: CallResult<unknown>[] = [];

  async function read(
    name: string,
    task: string,
    act: (container: Container) => Promise<readonly (readonly [product: string, sum: Sum])[]>,
  ): Promise<void> {
    const fromMs = time.now();
    const result = await resultOf(shop.request(name, task, act));
    outcomes.push(result);
    if (result.status !== 'succeeded') return;
    const toMs = time.now();
    for (const [product, sum] of result.value) readings.push({ task, product, sum, fromMs, toMs });
  }

  return {
    readings,
    outcomes,

    async browse({ id, product: index }: ProductAction): Promise<void> {
      const product = products[index % products.length] ?? '';
      const lines = products.map((product_id) => ({ product_id, quantity: 1 }));
      for (let round = 0; round < rounds; round++) {
        await Promise.all([
          read('getProduct', `page ${id}`, async ({ reader }) => [[product, sumOf(await reader.read(product))]]),
          read('getProductTotal', `total ${id}`, async ({ inventory }) => [
            [product, sumOf(await inventory.readOne(product))],
          ]),
          read('getCart', `cart ${id}`, async (container) => {
            const { lines: cartLines } = await showCart(container, {
              customer_id: 'reader',
              lines,
              version: 1,
            });
            // `available` is 0 while a product is off sale, regardless of its stock.
            return cartLines.flatMap(({ product_id, available }) =>
              available === 0 ? [] : [[product_id, { stock: available }] as const],
            );
          }),
        ]);
        await time.sleep(pauseMs);
      }
    },
  };
}
