import { showCart } from '../../../lib/carts/show-cart.ts';
import { type StockedProduct, soldOf, stockOf } from '../../../lib/products/product.ts';
import { readProductOrDeleted } from '../../../lib/products/read-product.ts';
import type { VirtualTime } from '../runtime/virtual-time.ts';
import { type Answer, answerOf } from './calls.ts';
import type { Container } from './container.ts';
import type { ProductAction } from './scenario.ts';
import type { Shop } from './shop.ts';
import type { Sum } from './sums.ts';

/** What one read told of one product. */
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

/** Clients who look at a product's page, at its total and at their cart, again and again. They note every sum. */
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
  const outcomes: Answer<unknown>[] = [];

  async function read(
    name: string,
    task: string,
    act: (container: Container) => Promise<readonly (readonly [product: string, sum: Sum])[]>,
  ): Promise<void> {
    const fromMs = time.now();
    const answer = await answerOf(shop.request(name, task, act));
    outcomes.push(answer);
    if (answer.told !== 'done') return;
    const toMs = time.now();
    for (const [product, sum] of answer.value) readings.push({ task, product, sum, fromMs, toMs });
  }

  return {
    readings,
    outcomes,

    async browse({ id, product: place }: ProductAction): Promise<void> {
      const product = products[place % products.length] ?? '';
      const lines = products.map((product_id) => ({ product_id, quantity: 1 }));
      for (let round = 0; round < rounds; round++) {
        await Promise.all([
          read('getProduct', `page ${id}`, async ({ reader }) => [
            [product, sumOf(await reader.read(product))],
          ]),
          read('getProductTotal', `total ${id}`, async ({ inventory }) => [
            [product, sumOf(await readProductOrDeleted(inventory, product))],
          ]),
          read('getCart', `cart ${id}`, async ({ inventory }) => {
            const { lines: shown } = await showCart(inventory, { customer_id: 'reader', lines, version: 1 });
            // A product that is off sale has nothing available, however much there is.
            return shown.flatMap(({ product_id, available }) =>
              available === 0 ? [] : [[product_id, { stock: available }] as const],
            );
          }),
        ]);
        await time.sleep(pauseMs);
      }
    },
  };
}
